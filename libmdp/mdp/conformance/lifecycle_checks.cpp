#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"
#include "mdp/net/steady_now.hpp"

namespace mdp::conformance {

namespace {

constexpr const char* disconnected = "DISCONNECT, then nothing more";

/// The end of all that is valid but unexpected (7-30); and others are served on.
std::string expect_the_end(broker_stage& stage, version v, wire_worker& worker) {
  worker.expect_disconnect();
  stage.prove_alive(v);
  worker.expect_silence(stage.silence());
  return disconnected;
}

std::string ready_twice(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  worker.send(worker_ready(v, service));
  return expect_the_end(stage, v, worker);
}

std::string heartbeat_before_ready(broker_stage& stage, version v) {
  wire_worker worker(stage, v);
  worker.beat();
  return expect_the_end(stage, v, worker);
}

std::string answer_before_ready(broker_stage& stage, version v) {
  wire_worker worker(stage, v);
  worker.send(worker_final(v, "somebody", {"an answer to nothing"}));
  return expect_the_end(stage, v, worker);
}

std::string partial_before_ready(broker_stage& stage, version v) {
  wire_worker worker(stage, v);
  worker.send(worker_partial("somebody", {"a part of nothing"}));
  return expect_the_end(stage, v, worker);
}

/// A worker that has answered says `again` once more, to the same client.
std::string idle_worker_says(broker_stage& stage, version v,
                             frames (*again)(version, const std::string&)) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  const auto request = worker.next_request();
  worker.answer(request, {"the answer"});
  client.expect_ending("the answer");
  worker.send(again(v, request.read.address));
  const auto until = net::steady_now() + defaults::conformance_settle;
  while (const auto message = client.next(until))
    if (ends_with(*message, "one more"))
      throw deviation("the client got " + readable(*message));
  return expect_the_end(stage, v, worker);
}

std::string answer_while_idle(broker_stage& stage, version v) {
  return idle_worker_says(stage, v, [](version spoken, const std::string& address) {
    return worker_final(spoken, address, {"one more"});
  });
}

std::string partial_while_idle(broker_stage& stage, version v) {
  return idle_worker_says(stage, v, [](version, const std::string& address) {
    return worker_partial(address, {"one more"});
  });
}

std::string disconnect_before_ready(broker_stage& stage, version v) {
  wire_worker worker(stage, v);
  worker.disconnect();
  stage.prove_alive(v); // it has been read
  worker.expect_silence(stage.silence());
  return "nothing";
}

std::string disconnect_while_idle(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_worker other(stage, v, stage.new_name());
  worker.disconnect();
  worker.drop_what_is_under_way();
  worker.expect_silence_beside(other);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  stage.prove_alive(v); // it has been read
  worker.expect_silence(defaults::conformance_settle);
  return "neither heartbeats nor requests";
}

std::string disconnect_while_busy(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  wire_worker other(stage, v, stage.new_name());
  client.ask(service, {"x"});
  static_cast<void>(worker.next_request());
  worker.disconnect();
  worker.drop_what_is_under_way();
  worker.expect_silence_beside(other);
  return "neither heartbeats nor requests";
}

std::string heartbeat_at_any_time(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  for (int i = 0; i < 3; ++i)
    worker.beat();
  client.ask(service, {"x"});
  const auto request = worker.next_request();
  for (int i = 0; i < 3; ++i)
    worker.beat();
  worker.answer(request, {"the answer"});
  client.expect_ending("the answer");
  return "served on, idle and busy";
}

std::string answer_to_somebody_else(broker_stage& stage, version v) {
  const auto service_a = stage.new_name();
  const auto service_b = stage.new_name();
  wire_worker worker_a(stage, v, service_a);
  wire_worker worker_b(stage, v, service_b);
  wire_client client_a(stage, v);
  wire_client client_b(stage, v);
  client_a.ask(service_a, {"a"});
  static_cast<void>(worker_a.next_request());
  client_b.ask(service_b, {"b"});
  const auto request_b = worker_b.next_request();
  worker_a.answer(request_b, {"from a stranger"});
  stage.prove_alive(v); // it has been read
  client_b.expect_silence(defaults::conformance_settle);
  worker_b.answer(request_b, {"for b"});
  client_b.expect_ending("for b");
  return "the client did not get it";
}

} // namespace

checks<broker_stage> lifecycle_checks() {
  using enum level;
  return {
    {"7-24", "7-24", must, "a second READY is answered with DISCONNECT", ready_twice},
    {"7-30", "7-30", must, "a HEARTBEAT before READY is answered with DISCONNECT",
     heartbeat_before_ready},
    {"7-30", "7-30", must, "an answer before READY is answered with DISCONNECT",
     answer_before_ready},
    {"", "7-30", must, "a PARTIAL before READY is answered with DISCONNECT", partial_before_ready},
    {"7-30", "7-30", must, "an answer without a request goes nowhere and ends in DISCONNECT",
     answer_while_idle},
    {"", "7-30", must, "a PARTIAL without a request goes nowhere and ends in DISCONNECT",
     partial_while_idle},
    {"7-27", "7-27", must, "a DISCONNECT before READY is not answered", disconnect_before_ready},
    {"7-28", "7-28", must, "nothing is sent to a worker after its DISCONNECT",
     disconnect_while_idle},
    {"7-28", "7-28", must, "nothing is sent to a worker that left with a request in hand",
     disconnect_while_busy},
    {"7-35", "7-35", text, "a HEARTBEAT is welcome at any time after READY", heartbeat_at_any_time},
    {"T7", "T7", extension, "a worker cannot answer another worker's client",
     answer_to_somebody_else},
  };
}

} // namespace mdp::conformance
