#include "sim/sim_pipeliner.hpp"

#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "sim/pieces.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace mdp::sim {

sim_pipeliner::sim_pipeliner(const surroundings& around, pipeliner_traits traits, host_number host,
                             dice chance)
    : process(chance.between(std::chrono::hours(1), std::chrono::hours(1000))),
      around_(around),
      traits_(std::move(traits)),
      host_(host),
      chance_(chance) {}

time_point sim_pipeliner::next_event() const {
  auto next = is_resting_ ? never : asks_at_;
  for (const auto& [id, asked] : open_)
    next = std::min(next, in_world(asked.give_up_at));
  if (socket_ && around_.net.has_input(*socket_))
    next = {};
  return when_awake(next);
}

void sim_pipeliner::turn(time_point now) {
  if (is_frozen(now))
    return;
  read();
  const auto given_up =
    std::erase_if(open_, [&](const auto& entry) { return entry.second.give_up_at <= local(now); });
  counters_.failed += given_up;
  if (given_up > 0 && chance_.chance(0.5))
    forget_socket(now);
  if (is_resting_ || asks_at_ > now)
    return;
  for (std::size_t i = 0; i < traits_.burst; ++i)
    ask(chance_.any_of(traits_.services), now);
  asks_at_ = now + chance_.between(traits_.think_min, traits_.think_max);
}

void sim_pipeliner::read() {
  while (socket_) {
    auto frames = around_.net.receive(*socket_);
    if (!frames)
      return;
    if (auto reply = wire::decode_at_client(*std::move(frames), traits_.version, {}))
      take(*std::move(reply));
    else
      around_.findings.report("pipeliner " + std::to_string(host_) + " got nonsense");
  }
}

void sim_pipeliner::take(wire::to_client reply) {
  const bool is_final = std::holds_alternative<wire::client_final>(reply);
  std::visit(
    [&](auto& said) {
      const auto id = said.path.address.empty() ? "" : std::string(said.path.address[0].text());
      const auto asked = finals_.find(id);
      if (asked == finals_.end())
        return around_.findings.report("pipeliner " + std::to_string(host_) +
                                       " got a reply to what it did not ask: " + id);
      around_.findings.require(asked->second == 0, [&] {
        return "pipeliner " + std::to_string(host_) + " got a reply after the last one to " + id;
      });
      asked->second += is_final ? 1 : 0;
      const auto open = open_.find(id);
      if (open == open_.end())
        return; // given up
      around_.findings.require(said.service == open->second.service, [&] {
        return "the reply to " + id + " says it is from " + said.service;
      });
      if (!is_final)
        return open->second.pieces.append(std::move(said.body));
      check(id, open->second, std::move(said.body));
      open_.erase(open);
    },
    reply);
}

void sim_pipeliner::check(const std::string& id, open_request& asked, message last_piece) {
  ++counters_.finished;
  if (is_status_reply(last_piece)) {
    ++counters_.status_replies;
    return;
  }
  asked.pieces.append(std::move(last_piece));
  const bool may_start_again = traits_.version == wire::protocol_version::v0_2;
  if (const auto wrong = wrong_with(asked.pieces, id, may_start_again))
    around_.findings.report("pipeliner " + std::to_string(host_) + " asked " + id +
                            " and got a wrong reply: " + *wrong);
}

void sim_pipeliner::ask(const std::string& service, time_point now) {
  if (!socket_)
    socket_ = around_.net.open(host_, {}, now);
  const auto id =
    "pipeliner " + std::to_string(host_) + " request " + std::to_string(++counters_.asked);
  open_[id] = {service, {}, local(now) + traits_.patience};
  finals_[id] = 0;
  around_.net.send(
    *socket_,
    encode(wire::client_request{{{frame(id)}, true}, service, message{frame(id)}}, traits_.version),
    now);
}

void sim_pipeliner::forget_socket(time_point now) {
  if (socket_)
    around_.net.close(*std::exchange(socket_, {}), false, now);
  counters_.failed += open_.size();
  open_.clear();
  finals_.clear();
}

void sim_pipeliner::crash(bool with_its_machine, time_point now, time_point again_at) {
  around_.events.note([&] { return "pipeliner " + std::to_string(host_) + ": crashes"; });
  if (socket_ && with_its_machine)
    around_.net.vanish(*std::exchange(socket_, {}), never, now);
  forget_socket(now);
  thaw();
  asks_at_ = again_at;
}

} // namespace mdp::sim
