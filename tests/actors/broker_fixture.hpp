#pragma once

#include "mdp/actors/broker/broker_tree.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/supervision/supervisor.hpp"
#include "mdp/actors/user_messages.hpp"
#include "mdp/wire/decode.hpp"
#include "support/deterministic_system.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mdp::test {

/// Stands where the I/O actor does.
using io_recorder =
  recorder<actors::io_actor, actors::stop, actors::loop_reported, actors::loop_ended,
           actors::serve_peers, actors::doors_opened, actors::peer_ended, actors::release_peer,
           actors::open_socket, actors::send_on_socket, actors::close_owned_socket,
           actors::deadline_due, actors::keys_changed>;

/// Stands where the way to the loop does.
class recorded_outlet final : public actors::peer_outlet {
public:
  [[nodiscard]] bool send(message frames, std::uint64_t) override {
    if (has_room)
      sent.push_back(std::move(frames));
    return has_room;
  }

  bool has_room = true;
  std::vector<message> sent;
};

/// A whole broker branch, real but for the sockets: the test plays the loop. What clients and
/// workers say goes in as commands, what they are told comes out as commands, read back through the
/// codec, so that no test depends on how an actor words its frames.
class broker_fixture {
  // Above its uses, as its type is deduced.
  template <class Open>
  auto run_opener(Open open) {
    collect();
    caf::scoped_actor parent{system.actors()};
    auto peer = open(*parent);
    system.run();
    return peer;
  }

public:
  explicit broker_fixture(actors::broker_tree parts = {}) {
    parts.counters = counters;
    counters->budget = parts.budget;
    parts.registry = registry;
    actors::supervisor_spec root;
    root.name = "root";
    root.children = {
      actors::broker_spec(std::move(parts), [this] { return std::vector{io_.handle()}; })};
    root_ = actors::spawn_state<actors::supervisor_state>(system.actors(), std::move(root));
    system.run();
    collect();
  }

  ~broker_fixture() { stop(); }

  void stop() {
    registry->set({});
    system.send(root_, actors::stop{});
  }

  /// The actor of a service's queue; before there are requests, as it is found by offering the
  /// service for a moment.
  actors::job_source_actor queue_of(const std::string& service) {
    recorder<actors::job_sink_actor, actors::stop, actors::sink_accepted, actors::assign_job> sink(
      system);
    system.send(registry->get(),
                actors::register_sink{service, sink_id{1'000'000}, 1, sink.handle(), nullptr});
    const auto accepted = sink.take_only<actors::sink_accepted>();
    caf::anon_send_exit(sink.handle(), caf::exit_reason::user_shutdown);
    system.run();
    return accepted.at(0).queue;
  }

  /// A client connects and is known from now on.
  actors::client_session_actor connect_client(peer_id id) {
    return sessions_[id.value] = run_opener([&](caf::local_actor& parent) {
             return openers_.session(parent, introduce(id, "client ", {}));
           });
  }

  /// Lets the sessions go that have asked to since the last call; returns how many there were.
  std::size_t release_idle_clients() {
    collect();
    const auto asking = std::exchange(releases_, {});
    for (const auto& each : asking)
      system.send(sessions_.at(each.peer.value), actors::peer_released{});
    return asking.size();
  }

  actors::worker_connection_actor
  connect_worker(peer_id id, const std::string& service,
                 wire::protocol_version version = wire::protocol_version::v0_2,
                 std::uint32_t capacity = 1) {
    versions_[id.value] = version;
    auto worker = run_opener([&](caf::local_actor& parent) {
      return openers_.connection(parent, introduce(id, "worker ", version));
    });
    say(worker, wire::worker_ready{service, capacity, capacity > 1});
    return worker;
  }

  void request(const actors::client_session_actor& client, const std::string& service,
               const std::string& body,
               wire::protocol_version version = wire::protocol_version::v0_2) {
    const bool delimited = version == wire::protocol_version::v0_1;
    system.send(client, actors::request_arrived{
                          {{{}, delimited}, service, {frame(body)}}, version, system.now()});
  }

  void say(const actors::worker_connection_actor& worker, wire::from_worker command) {
    system.send(worker, actors::command_arrived{std::move(command), system.now()});
  }

  /// What the worker was told since the last look at anybody.
  std::vector<wire::to_worker> told_worker(peer_id id) {
    std::vector<wire::to_worker> result;
    for (auto& frames : told(id))
      result.push_back(
        wire::decode_at_worker(std::move(frames), versions_.at(id.value), {}).value());
    return result;
  }

  std::vector<wire::to_client>
  told_client(peer_id id, wire::protocol_version version = wire::protocol_version::v0_2) {
    std::vector<wire::to_client> result;
    for (auto& frames : told(id))
      result.push_back(wire::decode_at_client(std::move(frames), version, {}).value());
    return result;
  }

  /// The one request a worker holds now; fails the test by exception if there is not exactly one.
  wire::worker_request only_request(peer_id id) {
    auto told = told_worker(id);
    if (told.size() != 1)
      throw std::logic_error("not exactly one command");
    return std::get<wire::worker_request>(std::move(told.front()));
  }

  /// The way to a peer that has been connected.
  recorded_outlet& outlet_of(peer_id id) { return *outlets_.at(id.value); }

  /// Peers that have ended since the fixture began.
  std::vector<actors::peer_ended>& ended() {
    collect();
    return ended_;
  }

  /// Who the next peers are by CURVE.
  frame user;
  deterministic_system system;
  std::shared_ptr<actors::broker_counters> counters = std::make_shared<actors::broker_counters>();
  std::shared_ptr<actors::current<actors::service_registry_actor>> registry =
    std::make_shared<actors::current<actors::service_registry_actor>>();

private:
  std::vector<message> told(peer_id id) { return std::exchange(outlet_of(id).sent, {}); }

  actors::new_peer introduce(peer_id id, const char* kind, wire::protocol_version version) {
    auto& outlet = outlets_[id.value] = std::make_shared<recorded_outlet>();
    return {id, frame(kind + std::to_string(id.value)), user, version, system.now(), outlet};
  }

  void collect() {
    for (auto& each : io_.take()) {
      if (auto* end = std::get_if<actors::peer_ended>(&each))
        ended_.push_back(*end);
      else if (auto* release = std::get_if<actors::release_peer>(&each))
        releases_.push_back(*release);
      else if (auto* serve = std::get_if<actors::serve_peers>(&each))
        openers_ = std::move(*serve);
    }
  }

  io_recorder io_{system};
  actors::supervisor_actor root_;
  actors::serve_peers openers_;
  std::map<std::uint64_t, std::shared_ptr<recorded_outlet>> outlets_;
  std::map<std::uint64_t, wire::protocol_version> versions_;
  std::vector<actors::peer_ended> ended_;
  std::vector<actors::release_peer> releases_;
  std::map<std::uint64_t, actors::client_session_actor> sessions_;
};

inline wire::worker_final final_for(const wire::worker_request& request, const std::string& body) {
  return {request.address, {frame(body)}};
}

} // namespace mdp::test
