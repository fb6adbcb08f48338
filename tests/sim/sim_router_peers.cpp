#include "sim/sim_router_peers.hpp"

#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "sim/sim_connection.hpp"
#include "sim/sim_session.hpp"

#include <string>
#include <utility>

namespace mdp::sim {

sim_router_peers::sim_router_peers(broker_parts& broker, network& net)
    : broker_(broker), net_(net), directory_(broker.config.peers), self_(broker.post.open(this)) {}

sim_router_peers::~sim_router_peers() = default;

void sim_router_peers::on_input(std::vector<routed_message> batch) {
  for (auto& input : batch)
    on_message(std::move(input));
}

void sim_router_peers::on_message(routed_message input) {
  broker_.tap.broker_received(input.routing_id, input.frames);
  auto decoded = wire::decode_at_broker(input.frames, broker_.config.limits);
  if (!decoded)
    return on_invalid(input, decoded.error());
  const auto decision = directory_.judge(input.routing_id, *decoded, broker_.now);
  ++broker_.counters.verdicts.at(static_cast<std::size_t>(decision.what));
  switch (decision.what) {
  case peers::verdict::deliver:
    return deliver(*decision.peer, *std::move(decoded));
  case peers::verdict::goodbye: {
    deliver(*decision.peer, *std::move(decoded));
    return directory_.let_go(decision.peer->id, broker_.now);
  }
  case peers::verdict::open: {
    auto& peer = *directory_.admit(input.routing_id, *decoded); // it counts alone
    open(peer);
    return deliver(peer, *std::move(decoded));
  }
  case peers::verdict::violation:
    if (auto* const* worker = std::get_if<sim_connection*>(&decision.peer->handle))
      broker_.post.tell((*worker)->self(), [](sim_connection& w) { w.on_invalid(); });
    return;
  case peers::verdict::turn_away: {
    const auto version = decoded->version;
    std::ignore =
      net_.route(input.routing_id, encode(wire::to_worker{wire::disconnect{}}, version), world_);
    return;
  }
  case peers::verdict::house_full:
  case peers::verdict::wrong_door: // the simulated broker has one ROUTER
  case peers::verdict::takeover:   // nor does it know users
  case peers::verdict::user_full:
  case peers::verdict::ignore:
    return;
  }
}

void sim_router_peers::on_invalid(const routed_message& input, wire::decode_error error) {
  ++broker_.counters.invalid_messages;
  if (error == wire::decode_error::probe)
    return;
  auto* const peer = directory_.find(input.routing_id);
  if (peer == nullptr)
    return;
  if (auto* const* worker = std::get_if<sim_connection*>(&peer->handle))
    broker_.post.tell((*worker)->self(), [](sim_connection& w) { w.on_invalid(); });
}

void sim_router_peers::on_unreachable(peer_id peer, std::uint64_t message_number) {
  ++broker_.counters.unreachable;
  const auto* known = directory_.find(peer);
  if (known == nullptr || broker_.breaks(broken_rule::leaves_dead_undisturbed))
    return;
  std::visit(overload{
               [&](sim_session* client) {
                 broker_.post.tell(client->self(), [](sim_session& s) { s.on_peer_lost(); });
               },
               [&](sim_connection* worker) {
                 broker_.post.tell(worker->self(), [message_number](sim_connection& w) {
                   w.on_peer_lost(message_number);
                 });
               },
             },
             known->handle);
}

void sim_router_peers::on_connections_lost() {
  probes_.connections_lost(broker_.now);
}

void sim_router_peers::on_deadline() {
  if (!probes_.tick(broker_.now))
    return;
  for (const auto& worker : connections_)
    broker_.post.tell(worker->self(), [](sim_connection& w) { w.probe(); });
}

void sim_router_peers::send(peer_id to, message frames, std::uint64_t number) {
  const auto* peer = directory_.find(to);
  if (peer == nullptr)
    return;
  // The loop's word comes back as a letter of its own.
  if (!net_.route(peer->routing_id, std::move(frames), world_))
    broker_.post.tell(self_, [to, number](sim_router_peers& io) { io.on_unreachable(to, number); });
}

void sim_router_peers::end(peer_id peer, bool was_told) {
  directory_.remove(peer, was_told, broker_.now);
}

void sim_router_peers::release(peer_id peer, std::uint64_t heard) {
  const auto* known = directory_.find(peer);
  if (known == nullptr)
    return;
  auto* const session = std::get<sim_session*>(known->handle);
  if (directory_.release(peer, heard))
    broker_.post.tell(session->self(), [](sim_session& s) { s.on_released(); });
}

void sim_router_peers::dismiss_all() {
  directory_.for_each([&](directory::entry& peer) {
    std::visit([&](auto* actor) { broker_.post.tell(actor->self(), [](auto& a) { a.stop(); }); },
               peer.handle);
  });
}

peer_id sim_router_peers::another_client(peer_id than) const {
  for (const auto& session : sessions_)
    if (broker_.post.is_open(session->self()) && session->id() != than)
      return session->id();
  return than;
}

void sim_router_peers::clean_up() {
  const auto has_ended = [&](const auto& actor) { return !broker_.post.is_open(actor->self()); };
  std::erase_if(sessions_, has_ended);
  std::erase_if(connections_, has_ended);
}

void sim_router_peers::open(directory::entry& peer) {
  if (peer.kind == peers::peer_kind::client) {
    sessions_.push_back(std::make_unique<sim_session>(broker_, peer.id, peer.routing_id));
    peer.handle = sessions_.back().get();
  } else {
    connections_.push_back(
      std::make_unique<sim_connection>(broker_, peer.id, peer.routing_id, peer.version));
    peer.handle = connections_.back().get();
  }
}

void sim_router_peers::deliver(directory::entry& peer, wire::broker_input input) {
  std::visit(overload{
               [&](wire::client_request& request) {
                 broker_.post.tell(std::get<sim_session*>(peer.handle)->self(),
                                   [request = std::move(request), version = input.version,
                                    now = broker_.now](sim_session& s) mutable {
                                     s.on_request(std::move(request), version, now);
                                   });
               },
               [&](wire::from_worker& command) {
                 broker_.post.tell(
                   std::get<sim_connection*>(peer.handle)->self(),
                   [command = std::move(command), now = broker_.now](sim_connection& w) mutable {
                     w.on_command(std::move(command), now);
                   });
               },
             },
             input.command);
}

} // namespace mdp::sim
