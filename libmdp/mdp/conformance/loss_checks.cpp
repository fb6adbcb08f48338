#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"
#include "mdp/net/steady_now.hpp"

#include <tuple>

namespace mdp::conformance {

namespace {

/// Lets a registered worker be silent until the broker must have noticed.
void fall_silent(broker_stage& stage, wire_worker& worker) {
  worker.keep_beating = false;
  const auto until = net::steady_now() + stage.expiry();
  while (worker.next(until)) // a DISCONNECT among it is fine
    ;
}

std::string silent_worker(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  fall_silent(stage, worker);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  stage.prove_alive(v); // it has been read
  worker.expect_no_request(defaults::conformance_settle);
  return "it got no request any more";
}

std::string silent_behind_a_live_one(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker live(stage, v, service);
  wire_worker silent(stage, v, service);
  silent.keep_beating = false;
  live.expect_no_request(stage.expiry()); // beats meanwhile
  constexpr int requests = 4;
  for (int i = 0; i < requests; ++i) {
    wire_client client(stage, v);
    client.ask(service, {"x"});
    live.answer(live.next_request(), {"the answer"});
    client.expect_ending("the answer");
  }
  return "all requests went to the live one";
}

std::string silence_for_the_silent(broker_stage& stage, version v) {
  wire_worker worker(stage, v, stage.new_name());
  wire_worker other(stage, v, stage.new_name());
  fall_silent(stage, worker);
  worker.expect_silence_beside(other);
  return "nothing more, no heartbeats either";
}

std::string request_of_a_lost_worker(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker first(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  static_cast<void>(first.next_request());
  wire_worker second(stage, v, service);
  first.vanish();
  const auto request = second.next_request(stage.deadline() + stage.expiry());
  second.answer(request, {"from the second"});
  client.expect_ending("from the second");
  return "it went to another worker";
}

} // namespace

checks<broker_stage> loss_checks() {
  using enum level;
  return {
    {"7-39", "7-39", must, "a silent worker counts as gone and gets no requests", silent_worker},
    {"7-39", "7-39", must, "a silent worker behind a live one is noticed as well",
     silent_behind_a_live_one},
    {"7-40", "7-40", should, "nothing more is sent to a worker that fell silent",
     silence_for_the_silent},
    {"7-41", "7-41", text, "the request of a worker that died goes to another",
     request_of_a_lost_worker},
  };
}

} // namespace mdp::conformance
