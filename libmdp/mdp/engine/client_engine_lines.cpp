#include "mdp/assert.hpp"
#include "mdp/engine/client_engine.hpp"
#include "mdp/engine/envelope_number.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

/// The engine's lower half: which line an attempt goes on, and what becomes of lines and brokers.
namespace mdp::engine {

namespace {

constexpr std::string_view version_service = "mmi.version";

/// Whether the answer to `mmi.version` is that of a broker that echoes envelopes. It is a JSON
/// document (docs/protocol.md); the extension's name in quotes is all that matters of it.
bool names_envelopes(const message& answer) noexcept {
  return answer.size() >= 2 && answer[0] == "200" &&
         answer[1].text().find("\"envelope\"") != std::string_view::npos;
}

} // namespace

line_id client_engine::open_line(std::size_t broker, line_kind kind, time_point now) {
  const line_id id{++last_line_};
  auto& made = lines_[id];
  made.broker = broker;
  made.kind = kind;
  made.opened_at = now;
  if (kind == line_kind::lane) {
    ++lanes_;
    ++brokers_[broker].lanes;
  }
  actions_.push(open{id, broker});
  return id;
}

void client_engine::close_line(line_id id) {
  const auto entry = lines_.find(id);
  auto& there = brokers_[entry->second.broker];
  if (entry->second.kind == line_kind::lane) {
    --lanes_;
    --there.lanes;
  }
  if (there.asked == id)
    there.asked.reset();
  lines_.erase(entry);
  actions_.push(close{id});
}

/// The shared line of `broker` takes nothing more; what it has is waited for.
void client_engine::retire(std::size_t broker, time_point now) {
  auto& there = brokers_[broker];
  if (!there.asked || lines_.at(*there.asked).kind != line_kind::shared)
    return;
  const auto id = *std::exchange(there.asked, std::nullopt);
  there.ask_again_at = now;
  auto& at = lines_.at(id);
  at.is_retiring = true;
  if (at.open.empty())
    close_line(id);
}

void client_engine::ask(std::size_t broker, time_point now) {
  auto& there = brokers_[broker];
  if (there.asked)
    close_line(*there.asked);
  there.asked = open_line(broker, line_kind::asking, now);
  // What goes on lanes already need not wait for a better way.
  there.asked_until = there.is_foreign ? now : now + config_.ask_patience;
  there.ask_again_at = now + config_.ask_again;
  actions_.push(send{*there.asked, {{}, std::string(version_service), {frame{}}}});
}

void client_engine::on_version(line_id id, const wire::to_client& reply, time_point now) {
  const auto* answer = std::get_if<wire::client_final>(&reply);
  if (answer == nullptr || !answer->path.address.empty() || answer->service != version_service) {
    ++counters_.unexpected_replies;
    return;
  }
  auto& at = lines_.at(id);
  auto& there = brokers_[at.broker];
  there.asked_until = now;
  there.is_foreign = !names_envelopes(answer->body);
  if (there.is_foreign)
    close_line(id);
  else
    at.kind = line_kind::shared;
}

void client_engine::on_alive(std::size_t broker, time_point now) {
  const auto current = choice_.current();
  if (!choice_.answered(broker))
    return;
  ++counters_.returns;
  retire(current, now); // or it would stay connected for nothing
}

/// An attempt ran out there, or a connection was lost.
void client_engine::on_broker_failed(std::size_t broker, time_point now) {
  retire(broker, now);
  if (!choice_.failed(broker))
    return;
  ++counters_.fail_overs;
  return_at_ = now + config_.return_delay;
  auto& from = brokers_[broker];
  auto& to = brokers_[choice_.current()];
  for (const auto& waiting : {&broker_state::waiting, &broker_state::waiting_alone}) {
    for (const auto id : from.*waiting) {
      requests_.at(id).broker = choice_.current();
      note_request(to, id);
    }
    (to.*waiting).merge(from.*waiting);
  }
}

void client_engine::line_ready(line_id id) {
  if (const auto entry = lines_.find(id); entry != lines_.end())
    brokers_[entry->second.broker].shut.reset();
}

void client_engine::line_lost(line_id id, time_point now, request_failure why) {
  const auto entry = lines_.find(id);
  if (entry == lines_.end())
    return;
  ++counters_.lost_lines;
  auto& at = entry->second;
  const auto broker = at.broker;
  choice_.lost(broker, at.heard > 0 ? now - at.opened_at : duration::zero(), now);
  auto& there = brokers_[broker];
  there.shut = why == request_failure::broker_lost ? std::nullopt : std::optional(why);
  if (there.asked == id) { // whoever answers next may be another kind of broker
    there.is_foreign = false;
    there.ask_again_at = now;
  }
  std::vector<request_id> on_it;
  for (const auto& [number, request] : at.open)
    on_it.push_back(request);
  std::ranges::sort(on_it);
  close_line(id);
  on_broker_failed(broker, now);
  for (const auto request : on_it) {
    requests_.at(request).line.reset();
    ask_again(request, choice_.after(broker), request_failure::broker_lost, now);
  }
  serve_all(now);
}

time_point client_engine::look_for_first_at() const noexcept {
  if (choice_.current() == 0 || brokers_.front().asked)
    return never;
  return std::max(return_at_, choice_.not_before(0));
}

void client_engine::look_for_first(time_point now) {
  if (look_for_first_at() <= now)
    ask(0, now);
}

/// One request may be all that is ever asked; a second one makes it worth while to know the broker.
void client_engine::note_request(broker_state& there, request_id id) noexcept {
  there.has_had_two = there.has_had_two || (there.last != request_id{} && there.last != id);
  there.last = id;
}

bool client_engine::has_room(const line& shared) const noexcept {
  return shared.open.size() + shared.abandoned.size() < config_.window;
}

void client_engine::send_on(line_id id, request_id which) {
  auto& at = lines_.at(id);
  auto& request = requests_.at(which);
  request.line = id;
  request.number = ++last_number_;
  request.heard_before = at.heard;
  at.open.emplace(request.number, which);
  auto path = at.kind == line_kind::shared ? numbered_path(request.number) : wire::return_path{};
  // A copy of the body, which shares its large frames: there may be a next attempt.
  actions_.push(send{id, {std::move(path), request.what.service, request.what.body}});
}

/// Lets go whoever can go of those that wait for `broker`, and notes when to look again.
void client_engine::serve(std::size_t broker, time_point now) {
  auto& there = brokers_[broker];
  there.wake = never;
  if (there.waiting.empty() && there.waiting_alone.empty())
    return;
  if (now < choice_.not_before(broker)) {
    there.wake = choice_.not_before(broker);
    return;
  }
  const auto next_of = [](std::set<request_id>& waiting) {
    return waiting.extract(waiting.begin()).value();
  };
  const auto send_on_lane = [&](std::set<request_id>& waiting) {
    const auto line = open_line(broker, line_kind::lane, now);
    send_on(line, next_of(waiting));
  };
  while (!there.waiting_alone.empty() && lanes_ < config_.max_lanes)
    send_on_lane(there.waiting_alone);
  if (there.waiting.empty())
    return;
  const bool is_asked = there.asked.has_value();
  if (is_asked && lines_.at(*there.asked).kind == line_kind::shared) {
    const auto& shared = lines_.at(*there.asked);
    while (!there.waiting.empty() && has_room(shared))
      send_on(*there.asked, next_of(there.waiting));
    return;
  }
  if (now >= there.ask_again_at && there.has_had_two)
    ask(broker, now);
  const bool is_undecided = there.asked && now < there.asked_until;
  if (there.asked && !is_undecided)
    there.is_foreign = true; // until it says something else
  while (!there.waiting.empty() && lanes_ < config_.max_lanes &&
         (!is_undecided || there.lanes == 0))
    send_on_lane(there.waiting);
  if (is_undecided && !there.waiting.empty())
    there.wake = there.asked_until;
}

void client_engine::serve_all(time_point now) {
  for (std::size_t broker = 0; broker < brokers_.size(); ++broker)
    serve(broker, now);
}

} // namespace mdp::engine
