// Drives a whole broker, made of the simulation's parts over the real engines, with peers that do
// what the input says. The first bytes set the broker up, each further step is one thing that a peer
// does or that befalls it; fuzz/README.md has the format. The simulation's invariants are checked
// after every turn, and at the end, when everybody has left, nothing may be left.

#include "fuzz/driven_world.hpp"
#include "fuzz/input_reader.hpp"
#include "support/frame_stream.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>

namespace {

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

/// What a byte says of time: from a moment to longer than anything in the broker lasts.
constexpr std::array<duration, 8> spans = {0ms, 1ms, 20ms, 150ms, 410ms, 1300ms, 2500ms, 9s};

constexpr std::array services = {"a",        "bb",  "ccc", "mmi.service", "mmi.services",
                                 "mmi.none", "a/b", "dd"};

/// Mostly small bounds, so that short inputs reach every one of them.
sim::broker_config read_config(switches one, switches two) {
  sim::broker_config config;
  config.workers.heartbeat = {400ms, 3};
  config.workers.busy = one.next() ? engine::busy_policy::strict : engine::busy_policy::lenient;
  config.workers.busy_timeout = 2s;
  config.workers.opaque_client_ids = one.next();
  config.clients.request_ttl = one.next() ? 1s : 3s;
  config.clients.idle_timeout = 1500ms;
  config.clients.status_replies = one.next();
  config.queues.promise =
    one.next() ? engine::delivery::at_most_once : engine::delivery::at_least_once;
  config.queues.attempts = static_cast<attempt_number>(1 + one.below(4));
  config.queues.housekeeping = one.next() ? 100ms : 700ms;
  config.service_linger = 1s;
  if (two.next())
    config.clients.window = 2;
  if (two.next())
    config.clients.held_partial_frames = 3;
  if (two.next())
    config.queues.max_requests = 2;
  if (two.next())
    config.queues.max_bytes = 2000;
  if (two.next())
    config.max_services = 2;
  if (two.next())
    config.peers.max_peers = 3;
  if (two.next())
    config.peers.max_tombstones = 1;
  if (two.next())
    config.peers.tombstone_lifetime = 500ms;
  return config;
}

/// More than it takes until the last open business has ended.
constexpr duration time_to_settle = 30s;

message read_body(input_reader& input) {
  switches how(input.byte());
  message body;
  for (auto frames = how.below(4); frames > 0; --frames)
    body.append(frame(std::string(8 * how.below(2), 'x')));
  body.append(frame(std::string(how.below(8) * 50, 'y')));
  return body;
}

void ask(driven_world& world, driven_peer& peer, input_reader& input) {
  switches how(input.byte());
  peer.version = how.next() ? wire::protocol_version::v0_1 : wire::protocol_version::v0_2;
  wire::client_request request;
  request.service = services[how.below(8)];
  for (auto frames = how.below(4); frames > 0; --frames)
    request.path.address.emplace_back("path");
  request.path.delimited =
    peer.version == wire::protocol_version::v0_1 || !request.path.address.empty();
  const auto times = how.below(4) == 3 ? 8 : 1;
  request.body = read_body(input);
  for (int i = 0; i < times; ++i)
    world.ask(peer, request);
}

void register_worker(driven_world& world, driven_peer& peer, input_reader& input) {
  switches how(input.byte());
  peer.version = how.next() ? wire::protocol_version::v0_1 : wire::protocol_version::v0_2;
  wire::worker_ready ready;
  ready.service = services[how.below(8)];
  ready.announced_capacity = how.next();
  ready.capacity = ready.announced_capacity ? static_cast<std::uint32_t>(1 + how.below(8)) : 1;
  world.say(peer, ready);
}

/// The oldest request it holds or the latest; and it may answer what it does not hold.
void answer(driven_world& world, driven_peer& peer, input_reader& input) {
  switches how(input.byte());
  const bool latest = how.next();
  const bool is_partial = how.next() && peer.version == wire::protocol_version::v0_2;
  auto address = frame("nobody");
  if (!peer.held.empty()) {
    const auto which = latest ? peer.held.end() - 1 : peer.held.begin();
    address = *which;
    if (!is_partial)
      peer.held.erase(which);
  }
  if (is_partial)
    world.say(peer, wire::worker_partial{address, read_body(input)});
  else
    world.say(peer, wire::worker_final{address, read_body(input)});
}

void break_connection(driven_world& world, driven_peer& peer, input_reader& input) {
  switches how(input.byte());
  const auto peer_notices = spans[how.below(8)];
  const auto router_notices = spans[how.below(8)];
  switch (how.below(4)) {
  case 0:
    return world.cut(peer, peer_notices, router_notices);
  case 1:
    return world.hold(peer, peer_notices);
  case 2:
    return world.vanish_and_return(peer, router_notices);
  default:
    return world.reopen(peer, router_notices > 100ms);
  }
}

void trouble_broker(driven_world& world, input_reader& input) {
  switches how(input.byte());
  const auto span = spans[how.below(8)];
  switch (how.below(8)) {
  case 0:
    return world.crash_broker(sim::router_end::killed, span);
  case 1:
    return world.crash_broker(sim::router_end::vanished, span);
  case 2:
  case 3:
    return world.stop_broker(span, span);
  case 4:
    return world.leap_broker_clock(span);
  default:
    return world.freeze_broker(span);
  }
}

/// One step: the lower four bits say what, the upper ones who. Peers' usual business is more likely
/// than their end, or a run has no depth.
void play(driven_world& world, input_reader& input) {
  const auto step = input.byte();
  auto& peer = world.peer(step >> 4U);
  switch (step % 16) {
  case 0:
  case 1:
    return world.send(peer, split_frames(input.bytes(input.byte())));
  case 2:
  case 3:
  case 4:
    return ask(world, peer, input);
  case 5:
  case 6:
    return register_worker(world, peer, input);
  case 7:
  case 8:
    return answer(world, peer, input);
  case 9:
    return world.say(peer, wire::heartbeat{});
  case 10:
    return world.say(peer, wire::disconnect{});
  case 11:
    return world.say(peer, wire::worker_final{frame("forged"), message{frame("x")}});
  case 12:
    return break_connection(world, peer, input);
  case 13:
    return trouble_broker(world, input);
  default:
    return world.run_for(spans[(step >> 4U) % spans.size()]);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input_reader input(std::span(data, size));
  const auto config = [&] {
    const switches one(input.byte());
    return read_config(one, switches(input.byte()));
  }();
  switches links(input.byte());
  sim::network_config net;
  net.latency_min = net.latency_max = links.next() ? 5ms : 0ms;
  net.latency_max += links.next() ? 30ms : 0ms;
  net.reconnect_pause = 100ms;
  net.router_patience = links.next() ? 1s : 20s;
  driven_world world(config, net, links.below(32));

  // Whether the broker sees the peers' words one by one or in heaps.
  bool at_once = false;
  while (input.has_more() && !world.findings().any()) {
    play(world, input);
    at_once = !at_once && net.latency_max > 0ms;
    if (!at_once)
      world.run_for(0ms);
  }
  if (!world.findings().any())
    world.end(time_to_settle);
  if (const auto& finding = world.findings().first()) {
    std::fprintf(stderr, "broker_fuzz: %s\n", finding->c_str());
    std::abort();
  }
  return 0;
}
