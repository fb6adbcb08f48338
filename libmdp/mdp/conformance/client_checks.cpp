#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"
#include "mdp/net/steady_now.hpp"

#include <tuple>

namespace mdp::conformance {

namespace {

using namespace std::string_literals;

/// A body that finds out who treats frames as text, or drops empty ones.
const frames body_of_client{"first", "", "\0\xff\r\n"s, "MDPC01", "last"};

std::string router_socket(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  worker.answer(worker.next_request(), {"x"});
  client.expect_ending("x");
  if (client.broker_type().empty())
    throw not_seen("the broker's transport does not tell the type of its socket");
  if (client.broker_type() != "ROUTER")
    throw deviation("the socket is a " + client.broker_type());
  return "the socket says it is a ROUTER";
}

std::string reply_frames(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  worker.answer(worker.next_request(), body_of_client);
  const auto reply = client.expect_message();
  expect_same(reply, client_final(v, service, body_of_client));
  return readable(reply);
}

std::string req_client(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v, zmq::socket_type::req);
  for (const auto* text : {"one", "two"}) {
    client.ask(service, {text});
    worker.answer(worker.next_request(), {text});
    auto wanted = client_final(v, service, {text});
    wanted.erase(wanted.begin()); // REQ takes it off
    expect_same(client.expect_message(), wanted);
    stage.prove_alive(
      v); // a second reply, which 7-5 is about, has come now: REQ drops it when it asks again
  }
  return "two requests, two replies";
}

std::string one_reply(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  worker.answer(worker.next_request(), {"x"});
  client.expect_ending("x");
  client.ask(service, {"y"}); // a second reply to the first would come before
  worker.answer(worker.next_request(), {"y"});
  client.expect_ending("y");
  client.expect_silence(defaults::conformance_settle);
  return "one reply, then nothing";
}

std::string partial_replies(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  const auto request = worker.next_request();
  const frames parts{"one", "two", "three"};
  for (const auto& part : parts)
    worker.send(worker_partial(request.read.address, {part}));
  worker.answer(request, {"end"});
  for (const auto& part : parts)
    expect_same(client.expect_message(), client_partial(service, {part}));
  expect_same(client.expect_message(), client_final(v, service, {"end"}));
  return "three PARTIAL in order, then FINAL";
}

std::string new_socket_for_a_retry(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client impatient(stage, v);
  impatient.ask(service, {"first try"});
  const auto first = worker.next_request();
  impatient.close();
  wire_client client(stage, v);
  client.ask(service, {"second try"});
  stage.prove_alive(v); // the broker hears of it before the answer
  client.expect_silence(defaults::conformance_settle);
  worker.answer(first, {"first answer"}); // for nobody
  worker.answer(worker.next_request(), {"second answer"});
  client.expect_ending("second answer");
  return "the second try got its own answer";
}

std::string queued_request(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_client client(stage, v);
  client.ask(service, {"early"});
  stage.prove_alive(v); // it has been read
  client.expect_silence(defaults::conformance_settle);
  wire_worker worker(stage, v);
  worker.ready(service);
  worker.answer(worker.next_request(), {"served"});
  client.expect_ending("served");
  return "served when a worker came";
}

std::string fair_turns(broker_stage& stage, version v) {
  constexpr auto many = defaults::conformance_flood_requests;
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client first(stage, v);
  first.ask(service, {"in hand"}); // keeps the worker busy, so that all others wait
  auto request = worker.next_request();
  wire_client flooder(stage, v);
  for (std::uint32_t i = 0; i < many; ++i)
    flooder.ask(service, {"one of many"});
  stage.prove_alive(v); // all of them have been read
  flooder.expect_silence(defaults::conformance_settle);
  wire_client modest(stage, v);
  modest.ask(service, {"one"});
  stage.prove_alive(v);
  modest.expect_silence(defaults::conformance_settle);
  std::uint32_t place = 0;
  do {
    worker.answer(request, {"done"});
    request = worker.next_request();
    ++place;
  } while (request.read.body != frames{"one"});
  worker.answer(request, {"done"});
  modest.expect_ending("done");
  const auto seen = "behind " + std::to_string(place - 1) + " of " + std::to_string(many) +
                    " requests of another client, which came before it";
  if (place > many)
    throw deviation(seen);
  try { // leave nothing in the queue
    for (;;)
      worker.answer(worker.next_request(net::steady_now() + defaults::conformance_settle),
                    {"done"});
  } catch (const deviation&) {
    return seen;
  }
}

} // namespace

checks<broker_stage> client_checks() {
  using enum level;
  return {
    {"7-1", "7-1", must, "the broker's socket is a ROUTER", router_socket},
    {"7-8", "18-3", must, "a reply is written as it should, its body untouched", reply_frames},
    {"7-9", "", text, "a client on a REQ socket gets its replies", req_client},
    {"7-5", "18-6", must, "one request gets one last reply, and nothing behind it", one_reply},
    {"", "18-5", must, "PARTIAL replies reach the client one by one, in order", partial_replies},
    {"7-10", "7-10", text, "a client that gave up can ask again on a new socket",
     new_socket_for_a_retry},
    {"7-11", "7-11", should, "a request waits for a service that nobody offers yet",
     queued_request},
    {"7-3", "7-3", should, "one client's many requests do not hold up another's", fair_turns},
  };
}

} // namespace mdp::conformance
