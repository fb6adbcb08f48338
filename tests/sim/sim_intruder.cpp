#include "sim/sim_intruder.hpp"

#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "sim/pieces.hpp"

#include <string_view>
#include <utility>
#include <variant>

namespace mdp::sim {

sim_intruder::sim_intruder(const surroundings& around, intruder_traits traits, host_number host,
                           dice chance)
    : process(duration{}),
      around_(around),
      traits_(std::move(traits)),
      host_(host),
      chance_(chance) {}

void sim_intruder::turn(time_point now) {
  if (is_gone_ || now < next_prank_at_)
    return;
  if (!socket_ || chance_.chance(0.1))
    reconnect(now);
  read_requests();
  play(now);
  ++pranks_;
  next_prank_at_ = now + chance_.between(traits_.pause_min, traits_.pause_max);
}

void sim_intruder::leave(time_point now) {
  if (socket_)
    around_.net.close(*std::exchange(socket_, {}), false, now);
  is_gone_ = true;
}

void sim_intruder::play(time_point now) {
  using namespace wire;
  const auto address = random_frame();
  switch (chance_.below(14)) {
  case 0:
    return send_garbage(now);
  case 1:
  case 2:
    return send_distorted_copy(now);
  case 3:
    return say(heartbeat{}, now);
  case 4:
    return say(worker_final{address.empty() ? frame("x") : address, message{frame("x")}}, now);
  case 5: // goodbye, and goes on talking
    say(disconnect{}, now);
    return say(heartbeat{}, now);
  case 6:
    return say(worker_ready{"mmi.service"}, now);
  case 7: // names nobody offers (T8)
    return ask_for("nobody/" + std::to_string(chance_.below(10)), now);
  case 8: // a flood
    for (auto i = chance_.below(40); i > 0; --i)
      ask_for(chance_.any_of(traits_.services), now);
    return;
  case 9:
    return send(message{frame{}}, now); // ZMQ_PROBE_ROUTER
  case 10:
    return ask_for(chance_.chance(0.5) ? "mmi.services" : "mmi.nonsense", now);
  default:
    return held_.empty() ? be_a_worker(now) : misbehave_as_worker(now);
  }
}

void sim_intruder::reconnect(time_point now) {
  if (socket_ && chance_.chance(0.3))
    around_.net.vanish(*socket_, chance_.chance(0.5) ? never : now + traits_.pause_max, now);
  else if (socket_)
    around_.net.close(*socket_, chance_.chance(0.5), now);
  socket_ = around_.net.open(host_, {}, now);
  version_ = chance_.chance(0.5) ? wire::protocol_version::v0_1 : wire::protocol_version::v0_2;
  is_worker_ = has_tokens_ = false;
  held_.clear();
}

void sim_intruder::send(message frames, time_point now) {
  around_.net.send(*socket_, std::move(frames), now);
}

void sim_intruder::say(wire::from_worker command, time_point now) {
  send(encode(std::move(command), version_), now);
}

frame sim_intruder::random_frame() {
  constexpr std::string_view familiar[] = {"",   "MDPC01", "MDPW01", "MDPC02", "MDPW02", "MDPW03",
                                           "\1", "\2",     "\3",     "\4",     "\5",     "\6"};
  switch (chance_.below(4)) {
  case 0:
    return frame(chance_.any_of(traits_.services));
  case 1: {
    std::string bytes(static_cast<std::size_t>(chance_.below(300)), '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(chance_.roll());
    return frame(bytes);
  }
  default:
    return frame(familiar[chance_.below(std::size(familiar))]);
  }
}

void sim_intruder::send_garbage(time_point now) {
  message frames;
  for (auto count = chance_.between(1, 7); count > 0; --count)
    frames.append(random_frame());
  send(std::move(frames), now);
}

/// What somebody said a moment ago, once more, with something wrong about it. As a worker we might
/// so give a wrong answer to what we hold; and a copy that would make us one is played by
/// be_a_worker().
void sim_intruder::send_distorted_copy(time_point now) {
  const auto& heard = around_.watch.heard_lately();
  if (heard.empty() || is_worker_)
    return;
  std::vector<frame> frames;
  for (const auto& each : chance_.any_of(heard))
    frames.push_back(each);
  for (auto changes = chance_.below(3); changes > 0 && !frames.empty(); --changes) {
    const auto place = frames.begin() + static_cast<std::ptrdiff_t>(chance_.below(frames.size()));
    switch (chance_.below(4)) {
    case 0:
      frames.erase(place);
      break;
    case 1:
      frames.insert(place, random_frame());
      break;
    case 2:
      *place = random_frame();
      break;
    default:
      std::swap(*place, frames.front());
    }
  }
  message copy(std::move(frames));
  if (const auto input = wire::decode_at_broker(copy, {}))
    if (const auto* command = std::get_if<wire::from_worker>(&input->command))
      if (std::holds_alternative<wire::worker_ready>(*command))
        return;
  if (!copy.empty())
    send(std::move(copy), now);
}

void sim_intruder::ask_for(std::string service, time_point now) {
  send(encode(wire::client_request{{}, std::move(service), message{frame("intruder")}}, version_),
       now);
}

void sim_intruder::be_a_worker(time_point now) {
  is_worker_ = true;
  has_tokens_ = chance_.chance(0.5);
  if (!has_tokens_) // what we still have might be taken for the answer to a new request
    held_.clear();
  const auto capacity = has_tokens_ ? static_cast<std::uint32_t>(chance_.between(1, 4)) : 1;
  say(wire::worker_ready{chance_.any_of(traits_.services), capacity, has_tokens_}, now);
}

void sim_intruder::read_requests() {
  while (auto frames = around_.net.receive(*socket_)) {
    auto command = wire::decode_at_worker(*std::move(frames), version_, {});
    if (auto* request = command ? std::get_if<wire::worker_request>(&*command) : nullptr)
      held_.push_back({std::move(*request), 0});
  }
}

void sim_intruder::misbehave_as_worker(time_point now) {
  auto& [request, parts_said] = held_.back();
  const auto& asked = request.body[0];
  const auto answer = [&, parts_said = parts_said](frame address) {
    say(wire::worker_final{std::move(address), last_of_reply(asked, "intruder", parts_said)}, now);
  };
  switch (chance_.below(6)) {
  case 0: // an answer for somebody else (T7)
    return answer(frame(std::string(request.address.text()) + "?"));
  case 1: // a beginning, perhaps without an end
    if (version_ == wire::protocol_version::v0_2)
      say(wire::worker_partial{request.address, part_of_reply(asked, "intruder", parts_said++)},
          now);
    return;
  case 2: // two answers; only by a token the second is told apart from one to the next request
    answer(request.address);
    if (has_tokens_)
      answer(request.address);
    return held_.pop_back();
  case 3:
    return be_a_worker(now);
  case 4:
    return say(wire::disconnect{}, now);
  default:
    return say(wire::heartbeat{}, now); // sits on it
  }
}

} // namespace mdp::sim
