#include "fuzz/driven_world.hpp"

#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace mdp::test {

namespace {

/// A world that stands still while it does things is a world with a bug.
constexpr std::uint64_t max_steps_at_once = 1000;

} // namespace

driven_world::driven_world(const sim::broker_config& config, const sim::network_config& net,
                           std::uint64_t seed)
    : chance_(seed),
      config_(config),
      watch_(findings_, events_),
      ledger_(config_.queues, findings_),
      net_(net, chance_.split(), watch_, events_),
      broker_({config_, net_, watch_, ledger_, counters_, events_}, chance_.split()),
      invariants_(config_, ledger_, watch_, findings_) {
  broker_.start(now_);
  for (std::size_t i = 0; i < peer_count; ++i) {
    peers_[i].host = static_cast<sim::host_number>(i + 1);
    if (i >= peer_count / 2)
      peers_[i].name = frame("peer " + std::to_string(i));
    open(peers_[i]);
  }
  run_for({});
}

// -- what peers do --------------------------------------------------------------------------------

void driven_world::send(driven_peer& from, message frames) {
  const auto input = wire::decode_at_broker(frames, config_.limits);
  if (input && std::holds_alternative<wire::client_request>(input->command))
    ++from.asked;
  net_.send(from.socket, std::move(frames), now_);
}

void driven_world::say(driven_peer& from, wire::from_worker command) {
  send(from, encode(std::move(command), from.version));
}

void driven_world::ask(driven_peer& from, wire::client_request request) {
  send(from, encode(std::move(request), from.version));
}

void driven_world::reopen(driven_peer& peer, bool flush) {
  net_.close(peer.socket, flush, now_);
  open(peer);
}

void driven_world::vanish_and_return(driven_peer& peer, duration router_notices) {
  net_.vanish(peer.socket, now_ + router_notices, now_);
  open(peer);
}

void driven_world::open(driven_peer& peer) {
  peer.socket = net_.open(peer.host, peer.name, now_);
  peer.held.clear();
  // Of a peer with a name the ROUTER may still have what is for its older self.
  if (peer.name.empty())
    peer.asked = peer.answered = 0;
}

// -- what befalls them ----------------------------------------------------------------------------

void driven_world::cut(const driven_peer& peer, duration peer_notices, duration router_notices) {
  net_.cut(peer.host, {now_ + peer_notices, now_ + router_notices}, now_);
}

// -- time -----------------------------------------------------------------------------------------

void driven_world::run_for(duration span) {
  const auto end = now_ + span;
  std::uint64_t at_once = 0;
  while (!findings_.any()) {
    const auto next = std::max(now_, std::min(net_.next_event(), broker_.next_event()));
    if (next > end)
      break;
    at_once = next == now_ ? at_once + 1 : 0;
    findings_.require(at_once < max_steps_at_once, [] { return "time stands still"; });
    step(next);
  }
  now_ = end;
}

void driven_world::end(duration span) {
  net_.heal(now_);
  broker_.thaw();
  for (const auto& peer : peers_)
    net_.close(peer.socket, true, now_);
  run_for(span);
  if (!findings_.any())
    invariants_.when_quiet(broker_, {});
}

void driven_world::step(time_point now) {
  now_ = now;
  net_.advance(now);
  broker_.turn(now);
  for (auto& peer : peers_)
    read_all(peer);
  invariants_.after_step(broker_, {}, now);
}

void driven_world::read_all(driven_peer& peer) {
  while (auto frames = net_.receive(peer.socket))
    read(peer, *frames);
}

/// As a client a peer gets no more replies than it has asked for, and no piece of one that nobody
/// waits for. What goes to workers is judged by the wire_watch.
void driven_world::read(driven_peer& peer, const message& frames) {
  for (const auto version : {wire::protocol_version::v0_1, wire::protocol_version::v0_2}) {
    if (const auto reply = wire::decode_at_client(frames, version, config_.limits)) {
      findings_.require(peer.answered < peer.asked, [&] {
        return "a client got more than it has asked for: " + sim::shown(frames);
      });
      peer.answered += std::holds_alternative<wire::client_final>(*reply) ? 1 : 0;
      return;
    }
    if (const auto command = wire::decode_at_worker(frames, version, config_.limits)) {
      std::visit(overload{
                   [&](const wire::worker_request& job) { peer.held.push_back(job.address); },
                   [](wire::heartbeat) {},
                   [&](wire::disconnect) { peer.held.clear(); },
                 },
                 *command);
      return;
    }
  }
  findings_.report("the broker wrote what nobody can read: " + sim::shown(frames));
}

} // namespace mdp::test
