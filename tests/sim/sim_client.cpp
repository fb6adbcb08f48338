#include "sim/sim_client.hpp"

#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "sim/pieces.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace mdp::sim {

sim_client::sim_client(const surroundings& around, client_traits traits, host_number host,
                       dice chance)
    : process(chance.between(std::chrono::hours(1), std::chrono::hours(1000))),
      around_(around),
      traits_(std::move(traits)),
      host_(host),
      chance_(chance),
      engine_(traits_.engine) {}

time_point sim_client::next_event() const {
  auto next = in_world(engine_.next_deadline());
  if (engine_.is_idle() && !is_resting_)
    next = std::min(next, asks_at_);
  for (const auto& [line, socket] : sockets_)
    if (around_.net.has_input(socket))
      next = {};
  return when_awake(next);
}

void sim_client::turn(time_point now) {
  if (is_frozen(now))
    return;
  read(now);
  engine_.tick(local(now));
  carry_out(now);
  if (engine_.is_idle() && !is_resting_ && asks_at_ <= now)
    ask(chance_.any_of(traits_.services), now);
}

void sim_client::read(time_point now) {
  const auto lines = sockets_; // replies close some
  for (const auto& [line, socket] : lines)
    while (sockets_.contains(line)) {
      auto frames = around_.net.receive(socket);
      if (!frames)
        break;
      if (auto reply = wire::decode_at_client(*std::move(frames), traits_.engine.version, {}))
        engine_.handle(line, *std::move(reply), local(now));
      else
        engine_.handle_invalid();
      check_engine();
      carry_out(now);
    }
}

void sim_client::ask(const std::string& service, time_point now) {
  request_ = "client " + std::to_string(host_) + " request " + std::to_string(++counters_.asked);
  pieces_ = {};
  message body{frame(request_)};
  if (chance_.chance(0.2))
    body.append(frame(std::string(static_cast<std::size_t>(chance_.below(2000)), '.')));
  if (service == "mmi.service") // about any of the services, not about the last one asked
    body = {frame(chance_.any_of(traits_.services))};
  start(service, std::move(body), now);
}

void sim_client::start(std::string service, message body, time_point now) {
  service_ = service;
  const auto deadline = traits_.patience > duration{} ? local(now) + traits_.patience : never;
  engine_.start({counters_.asked}, {std::move(service), std::move(body), deadline}, traits_.how,
                local(now));
  carry_out(now);
}

void sim_client::carry_out(time_point now) {
  const auto over = [&](std::uint64_t& counter) {
    ++counter;
    asks_at_ = now + chance_.between(traits_.think_min, traits_.think_max);
  };
  engine_.actions().drain([&](engine::client_engine::action&& action) {
    std::visit(
      overload{
        [&](const engine::client_engine::open& wanted) {
          sockets_[wanted.line] = around_.net.open(host_, {}, now);
        },
        // What it received is gone with it, so no late reply can be taken for the next one's.
        [&](const engine::client_engine::close& done) {
          around_.net.close(sockets_.extract(done.line).mapped(), false, now);
        },
        [&](engine::client_engine::send& out) {
          around_.net.send(sockets_.at(out.line),
                           encode(std::move(out.command), traits_.engine.version), now);
        },
        [&](engine::client_engine::partial& news) { pieces_.append(std::move(news.body)); },
        [&](engine::client_engine::restarted) { pieces_ = {}; },
        [&](engine::client_engine::finished& news) {
          check(std::move(news.body));
          over(counters_.finished);
        },
        [&](const engine::client_engine::failed&) { over(counters_.failed); },
      },
      action);
  });
  counters_.retries = engine_.counters().retries;
}

void sim_client::check(message last_piece) {
  if (is_status_reply(last_piece)) {
    ++counters_.status_replies;
    return;
  }
  if (service_.starts_with("mmi.")) {
    mmi_code_ = last_piece[0].text();
    const bool is_known = mmi_code_ == "200" || mmi_code_ == "404";
    around_.findings.require(last_piece.size() == 1 && is_known,
                             [&] { return "mmi.service answered " + shown(last_piece); });
    return;
  }
  pieces_.append(std::move(last_piece));
  const bool may_start_again = traits_.engine.version == wire::protocol_version::v0_2;
  if (const auto wrong = wrong_with(pieces_, request_, may_start_again))
    around_.findings.report("client " + std::to_string(host_) + " asked " + request_ +
                            " and got a wrong reply: " + *wrong);
}

/// Whatever answers nothing that was asked is a second reply to something.
void sim_client::check_engine() {
  const auto& counted = engine_.counters();
  around_.findings.require(counted.unexpected_replies == 0 && counted.invalid_messages == 0, [&] {
    return "client " + std::to_string(host_) + " got more than one reply to a request (T6)";
  });
}

void sim_client::crash(bool with_its_machine, time_point now, time_point again_at) {
  around_.events.note([&] { return "client " + std::to_string(host_) + ": crashes"; });
  for (const auto& [line, socket] : sockets_)
    if (with_its_machine)
      around_.net.vanish(socket, never, now);
    else
      around_.net.close(socket, false, now);
  sockets_.clear();
  engine_.cancel_all();
  engine_.actions().drain([](const engine::client_engine::action&) {});
  thaw();
  asks_at_ = again_at;
}

} // namespace mdp::sim
