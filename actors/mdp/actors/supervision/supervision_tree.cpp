#include "mdp/actors/supervision/supervision_tree.hpp"

#include <utility>

namespace mdp::actors {

namespace {

void write(std::string& text, const tree_report& each, std::size_t depth) {
  text.append(2 * depth, ' ').append(each.name);
  for (const auto* word : {&each.kind, &each.restart, &each.state})
    if (!word->empty())
      text.append("  ").append(*word);
  if (each.restarts > 0)
    text.append("  restarts: ").append(std::to_string(each.restarts));
  text.append(1, '\n');
  for (const auto& child : each.children)
    write(text, child, depth + 1);
}

} // namespace

std::string to_text(const tree_report& tree) {
  std::string text;
  write(text, tree, 0);
  return text;
}

void tree_node::begin_anew(std::string strategy) {
  const std::lock_guard guard(mutex_);
  strategy_ = std::move(strategy);
  lines_.clear();
  members_.clear();
  crowds_.clear();
}

void tree_node::add(std::uint64_t place, std::string name, std::string restart,
                    std::shared_ptr<tree_node> below) {
  const std::lock_guard guard(mutex_);
  lines_.insert_or_assign(place,
                          line{std::move(name), std::move(restart), false, 0, std::move(below)});
}

void tree_node::adopt(std::uint64_t place, const std::string& name, const std::string& restart) {
  const std::lock_guard guard(mutex_);
  members_.insert_or_assign(place, member{name, true});
  auto& all = crowds_[name];
  all.restart = restart;
  ++all.size;
  ++all.running;
}

void tree_node::set_running(std::uint64_t place, bool is_running) {
  const std::lock_guard guard(mutex_);
  if (const auto entry = lines_.find(place); entry != lines_.end()) {
    entry->second.is_running = is_running;
    entry->second.starts += is_running ? 1 : 0;
  } else if (const auto one = members_.find(place);
             one != members_.end() && one->second.is_running != is_running) {
    one->second.is_running = is_running;
    auto& all = crowds_[one->second.name];
    is_running ? ++all.running : --all.running;
    all.restarts += is_running ? 1 : 0;
  }
}

void tree_node::remove(std::uint64_t place) {
  const std::lock_guard guard(mutex_);
  lines_.erase(place);
  const auto one = members_.find(place);
  if (one == members_.end())
    return;
  const auto all = crowds_.find(one->second.name);
  all->second.running -= one->second.is_running ? 1 : 0;
  if (--all->second.size == 0)
    crowds_.erase(all);
  members_.erase(one);
}

tree_report tree_node::report() const {
  tree_report result;
  result.name = name_;
  result.state = "running";
  const std::lock_guard guard(mutex_);
  result.kind = strategy_;
  for (const auto& [place, each] : lines_) {
    auto child = each.below ? each.below->report() : tree_report{each.name, {}, {}, {}, 0, {}};
    child.restart = each.restart;
    child.state = each.is_running ? "running" : "down";
    child.restarts = each.starts > 0 ? each.starts - 1 : 0;
    result.children.push_back(std::move(child));
  }
  for (const auto& [name, all] : crowds_) {
    if (result.children.size() >= defaults::tree_max_children) {
      result.children.push_back({"and others", {}, {}, {}, 0, {}});
      break;
    }
    result.children.push_back(
      {name, {}, all.restart, std::to_string(all.running) + " running", all.restarts, {}});
  }
  return result;
}

} // namespace mdp::actors
