#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"

namespace mdp::conformance {

namespace {

std::string no_delimiter_in_an_answer(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  const auto request = worker.next_request();
  auto answer = worker_final(v, request.read.address, {"no delimiter"});
  answer.erase(answer.end() - 2);
  worker.send(answer);
  stage.prove_alive(v); // it has been read
  client.expect_silence(defaults::conformance_settle);
  return "it was dropped";
}

std::string no_body_in_a_request(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {});
  stage.prove_alive(v); // it has been read
  worker.expect_no_request(defaults::conformance_settle);
  return "it was dropped";
}

} // namespace

checks<broker_stage> dropped_checks() {
  using enum level;
  return {
    {"7-34", "18-11", should, "an answer without the empty frame behind the address is dropped",
     no_delimiter_in_an_answer},
    {"7-7", "18-2", should, "a request without a body is dropped", no_body_in_a_request},
  };
}

} // namespace mdp::conformance
