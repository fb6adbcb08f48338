#include "sim/wire_watch.hpp"

#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"

#include <variant>

namespace mdp::sim {

void wire_watch::broker_started(duration memory) {
  memory_ = memory;
  workers_.clear();
}

void wire_watch::broker_received(const frame& routing_id, const message& frames) {
  ++messages_;
  events_.note([&] { return "broker <- " + shown(routing_id) + " " + shown(frames); });
  heard_lately_.push_back(frames);
  if (heard_lately_.size() > 16)
    heard_lately_.pop_front();
  if (!wire::header_seen(frames).starts_with("MDP"))
    return;
  auto& worker = workers_[routing_id];
  const auto input = wire::decode_at_broker(frames, {});
  if (!input)
    return;
  if (const auto* command = std::get_if<wire::from_worker>(&input->command))
    heard(worker, *command);
  else
    worker.is_client = true;
}

void wire_watch::heard(worker_view& worker, const wire::from_worker& command) {
  std::visit(overload{
               [&](const wire::worker_ready& ready) {
                 worker = {true, ready.capacity, 0, std::nullopt, false, worker.is_client, now_};
               },
               [&](const wire::worker_final&) { worker.held -= worker.held > 0 ? 1 : 0; },
               [&](wire::disconnect) {
                 worker.is_ready = false;
                 if (!worker.told) {
                   worker.told = now_;
                   worker.has_left = true;
                 }
               },
               [](const wire::worker_partial&) {},
               [](wire::heartbeat) {},
             },
             command);
}

void wire_watch::broker_sent(const frame& routing_id, const message& frames) {
  ++messages_;
  events_.note([&] { return "broker -> " + shown(routing_id) + " " + shown(frames); });
  const auto header = wire::header_seen(frames);
  if (!header.starts_with("MDPW"))
    return;
  const auto name = shown(routing_id);
  const auto worker = workers_.find(routing_id);
  if (worker == workers_.end())
    return findings_.report("the broker wrote to " + name + ", which never said it is a worker");
  const auto version = header == wire::worker_header_v0_1 ? wire::protocol_version::v0_1
                                                          : wire::protocol_version::v0_2;
  if (const auto command = wire::decode_at_worker(frames, version, {}))
    said(name, worker->second, *command);
  else
    findings_.report("the broker wrote nonsense to worker " + name);
}

void wire_watch::said(const std::string& name, worker_view& worker,
                      const wire::to_worker& command) {
  const bool is_goodbye = std::holds_alternative<wire::disconnect>(command);
  findings_.require(is_goodbye || worker.is_ready || worker.told.has_value(),
                    [&] { return "worker " + name + " got a command before its READY (7-25)"; });
  if (worker.told && !(worker.has_left && worker.is_client)) {
    const bool is_forgotten = is_goodbye && now_ - *worker.told >= memory_;
    // Goodbyes may cross in any turn: what we say to an earlier word of the worker comes after its
    // own if both were read at once.
    const bool has_crossed =
      worker.has_left && now_ == *worker.told && (is_goodbye || words_may_cross_);
    findings_.require(is_forgotten || has_crossed, [&] {
      return "worker " + name + " was written to after a DISCONNECT (7-28, 7-30)";
    });
  }
  worker.last_word = now_;
  if (is_goodbye) {
    worker.is_ready = false;
    worker.told = now_;
    worker.has_left = false;
  }
  if (std::holds_alternative<wire::worker_request>(command))
    findings_.require(++worker.held <= worker.capacity, [&] {
      return "worker " + name + " got request " + std::to_string(worker.held) +
             ", its capacity is " + std::to_string(worker.capacity) + " (7-5)";
    });
}

std::optional<time_point> wire_watch::last_word_to(const frame& routing_id) const {
  const auto worker = workers_.find(routing_id);
  if (worker == workers_.end() || !worker->second.is_ready)
    return std::nullopt;
  return worker->second.last_word;
}

std::uint32_t wire_watch::held_by(const frame& routing_id) const {
  const auto worker = workers_.find(routing_id);
  return worker == workers_.end() ? 0 : worker->second.held;
}

} // namespace mdp::sim
