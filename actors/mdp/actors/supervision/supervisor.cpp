#include "mdp/actors/supervision/supervisor.hpp"

#include "mdp/actors/compat/messaging.hpp"
#include "mdp/overload.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <exception>
#include <utility>
#include <vector>

namespace mdp::actors {

namespace {

/// CAF counts actor ids up from 1.
constexpr std::uint64_t no_actor_has_this_id = 1ULL << 63U;

engine::child_rules rules_of(const child_spec& spec, bool stops_together) {
  return {spec.restart, spec.pause, spec.grace, stops_together, spec.is_lasting};
}

/// For good: nobody succeeds it, and a supervisor takes its children along.
void kill(supervisor_memory::child& c) {
  if (c.spec.line)
    c.spec.line->end();
  if (c.running)
    caf::anon_send_exit(c.running, caf::exit_reason::kill);
}

} // namespace

supervisor_memory::supervisor_memory(supervisor_spec how)
    : spec(std::move(how)), engine({spec.strategy, spec.intensity, spec.period, spec.seed}) {
  if (spec.node)
    spec.node->begin_anew(to_string(spec.strategy));
  for (auto& each : spec.children) {
    const auto where = engine.add(rules_of(each, spec.stop_together));
    if (spec.node)
      spec.node->add(where, each.name, to_string(each.restart), each.below);
    children.try_emplace(where, child{each, {}, 0});
  }
}

supervisor_state::supervisor_state(handle::pointer self, supervisor_spec spec)
    : supervisor_state(self, std::make_shared<supervisor_memory>(std::move(spec))) {}

supervisor_state::supervisor_state(handle::pointer self, std::shared_ptr<supervisor_memory> memory)
    : self_(self), memory_(std::move(memory)) {}

supervisor_state::~supervisor_state() {
  if (memory_->line && !memory_->engine.has_ended() && !memory_->line->is_over())
    return; // its next incarnation takes over
  memory_->is_void = true;
  for (auto& [where, c] : memory_->children)
    kill(c);
}

supervisor_actor::behavior_type supervisor_state::make_behavior() {
  if (!std::exchange(memory_->has_begun, true))
    memory_->engine.begin(now_of(self_));
  carry_out(); // and its timer, which has ended with its predecessor
  return {
    [this](stop) {
      memory_->engine.stop(now_of(self_));
      carry_out();
    },
    [this](adopt_child& request) {
      adopt(request);
      carry_out();
    },
    [this](const release_child& request) {
      const auto known = memory_->by_incarnation.find(request.child);
      if (known != memory_->by_incarnation.end())
        memory_->engine.release(known->second);
    },
    [this](const child_down& news) {
      on_down(news);
      carry_out();
    },
    [this](const list_children& question) {
      std::vector<running_child> running;
      for (const auto& [where, c] : memory_->children)
        if (c.running)
          running.push_back({c.spec.name, c.running, c.spec.below != nullptr});
      question.tell(std::move(running));
    },
    [this](deadline_due) {
      timer_.fired();
      memory_->engine.tick(now_of(self_));
      carry_out();
    },
  };
}

void supervisor_state::carry_out() {
  auto& memory = *memory_;
  memory.engine.actions().drain([&](engine::supervision_action&& action) {
    std::visit(overload{
                 [&](engine::start_child what) { start(what.child); },
                 [&](engine::stop_child what) {
                   // Null if it could not be started, which has not been heard yet.
                   if (const auto& running = memory.children.at(what.child).running)
                     tell(self_, running, stop{});
                 },
                 [&](engine::kill_child what) {
                   auto& c = memory.children.at(what.child);
                   spdlog::warn("{}: {} did not stop in time, killing it", memory.spec.name,
                                c.spec.name);
                   kill(c);
                 },
                 [&](engine::forget_child what) { forget(what.child); },
                 [&](engine::supervision_ended what) { end(what.failed); },
               },
               action);
  });
  timer_.arm(self_, handle{self_}, memory.engine.next_deadline());
}

void supervisor_state::start(engine::child_place where) {
  auto& c = memory_->children.at(where);
  try {
    watch(where, c.spec.start(*self_));
  } catch (const std::exception& reason) {
    // As if it had started and failed at once, so that the same rules apply.
    c.incarnation = no_actor_has_this_id + ++memory_->failed_starts;
    memory_->by_incarnation.emplace(c.incarnation, where);
    tell(self_, handle{self_}, child_down{c.incarnation, {true, reason.what()}});
    return;
  }
  if (!c.spec.line)
    return;
  c.spec.line->succeed(c.running);
  if (const auto dropped = c.spec.line->take_dropped(); dropped > 0)
    spdlog::error("{}: {} messages to {} were dropped while it was down", memory_->spec.name,
                  dropped, c.spec.name);
}

void supervisor_state::watch(engine::child_place where, stoppable_actor running) {
  auto& c = memory_->children.at(where);
  c.running = std::move(running);
  c.incarnation = c.running.id();
  memory_->by_incarnation.emplace(c.incarnation, where);
  show(where, true);
  notify_exit(c.running, handle{self_}, [id = c.incarnation](exit_kind how) {
    return child_down{id, std::move(how)};
  });
}

void supervisor_state::adopt(adopt_child& request) {
  const auto where = memory_->engine.adopt(rules_of(request.spec, true), now_of(self_));
  if (memory_->spec.node)
    memory_->spec.node->adopt(where, request.spec.name, to_string(request.spec.restart));
  memory_->children.try_emplace(where, supervisor_memory::child{std::move(request.spec), {}, 0});
  watch(where, std::move(request.child));
  if (request.guard)
    request.guard->was_adopted();
}

void supervisor_state::on_down(const child_down& news) {
  const auto known = memory_->by_incarnation.find(news.incarnation);
  if (known == memory_->by_incarnation.end())
    return;
  const auto where = known->second;
  memory_->by_incarnation.erase(known);
  auto& c = memory_->children.at(where);
  c.running = nullptr;
  show(where, false);
  if (news.how.failed)
    spdlog::warn("{}: {} failed: {}", memory_->spec.name, c.spec.name, news.how.what);
  const bool had_given_up = memory_->engine.has_given_up();
  memory_->engine.ended(where, news.how.failed, now_of(self_));
  if (memory_->engine.has_given_up() && !had_given_up)
    spdlog::error("{}: {} failed too often, giving up", memory_->spec.name, c.spec.name);
}

void supervisor_state::forget(engine::child_place where) {
  const auto entry = memory_->children.find(where);
  if (const auto& line = entry->second.spec.line)
    line->end();
  if (memory_->spec.node)
    memory_->spec.node->remove(where);
  memory_->children.erase(entry);
}

void supervisor_state::end(bool failed) {
  failed ? end_failed(self_) : end_normally(self_);
}

void supervisor_state::show(engine::child_place where, bool is_running) {
  if (memory_->spec.node)
    memory_->spec.node->set_running(where, is_running);
}

adopt_child adoption_of(stoppable_actor child, child_spec spec) {
  auto guard = std::make_shared<unadopted>(child, spec.line);
  return {std::move(child), std::move(spec), std::move(guard)};
}

adopt_child adopt_temporary(stoppable_actor child, std::string_view name) {
  child_spec spec;
  spec.name = name;
  spec.restart = restart_type::temporary;
  return adoption_of(std::move(child), std::move(spec));
}

child_spec supervisor_child(supervisor_spec spec, std::function<void(supervisor_actor)> started) {
  child_spec child;
  child.name = spec.name;
  child.below = spec.node = std::make_shared<tree_node>(spec.name);
  child.grace = defaults::shutdown_grace * (spec.children.size() + 2);
  child.start = [spec = std::move(spec), started = std::move(started)](caf::local_actor& parent) {
    const auto supervisor = spawn_state<supervisor_state>(parent, spec);
    if (started)
      started(supervisor);
    return stoppable_actor{supervisor};
  };
  return child;
}

child_spec lasting_child(std::string name, std::function<supervisor_spec()> make,
                         std::function<void(supervisor_actor)> started) {
  child_spec child;
  child.name = std::move(name);
  child.line = std::make_shared<succession>();
  child.is_lasting = true;
  child.below = std::make_shared<tree_node>(child.name);
  child.start =
    [make = std::move(make), started = std::move(started), line = child.line, node = child.below,
     memory = std::make_shared<std::shared_ptr<supervisor_memory>>()](caf::local_actor& parent) {
      if (!*memory || (*memory)->is_void || (*memory)->engine.has_ended()) {
        auto spec = make();
        spec.node = node;
        *memory = std::make_shared<supervisor_memory>(std::move(spec));
        (*memory)->line = line;
      }
      const auto supervisor = spawn_state<supervisor_state>(parent, *memory);
      if (started)
        started(supervisor);
      return stoppable_actor{supervisor};
    };
  return child;
}

} // namespace mdp::actors
