#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>

namespace mdp::conformance {

namespace {

using namespace std::string_literals;

const frames body_for_worker{"first", "", "\0\xff\r\n"s, "MDPW01", "last"};

held_request request_with(broker_stage& stage, version v, const frames& body) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, body);
  const auto request = worker.next_request();
  worker.answer(request, {"done"});
  return request;
}

std::string request_frames(broker_stage& stage, version v) {
  const auto request = request_with(stage, v, body_for_worker).whole;
  const auto head = v == version::v0_1 ? frames{"", "MDPW01", "\x02"} : frames{"MDPW02", "\x02"};
  const bool fits = request.size() >= head.size() + body_for_worker.size() &&
                    std::equal(head.begin(), head.end(), request.begin()) &&
                    std::equal(body_for_worker.rbegin(), body_for_worker.rend(), request.rbegin());
  if (!fits)
    throw deviation("got " + readable(request) + " instead of " +
                    readable(worker_request(v, "ADDRESS", body_for_worker)));
  return readable(request);
}

std::string one_address(broker_stage& stage, version v) {
  const auto request = request_with(stage, v, {"body"});
  const auto& rest = request.read.rest;
  if (rest.size() != 3 || rest[0].empty() || !rest[1].empty())
    throw deviation("behind the command comes " + readable(rest) + " instead of [ADDRESS][][body]");
  return readable(rest);
}

std::string answers_find_their_clients(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker_a(stage, v, service);
  wire_worker worker_b(stage, v, service);
  wire_client client_a(stage, v);
  wire_client client_b(stage, v);
  const auto take = [&](wire_worker*& worker) { // whichever the broker has chosen
    const auto until = stage.deadline();
    while (net::steady_now() < until)
      for (auto* each : {&worker_a, &worker_b})
        try {
          auto request = each->next_request(net::steady_now() + defaults::conformance_settle / 20);
          worker = each;
          return request;
        } catch (const deviation&) { // not this one
        }
    throw deviation("no worker got the REQUEST");
  };
  wire_worker* first = nullptr;
  wire_worker* second = nullptr;
  client_a.ask(service, {"from a"});
  const auto request_a = take(first);
  client_b.ask(service, {"from b"});
  const auto request_b = take(second);
  second->answer(request_b, {"for b"});
  client_b.expect_ending("for b");
  first->answer(request_a, {"for a"});
  client_a.expect_ending("for a");
  return "two clients, two workers, answers in the other order";
}

std::string no_answer_to_ready(broker_stage& stage, version v) {
  wire_worker worker(stage, v);
  worker.ready(stage.new_name());
  stage.prove_alive(v); // it has been read
  const auto until = net::steady_now() + defaults::conformance_settle;
  while (const auto message = worker.next(until))
    if (read_worker_message(v, *message).what != command::heartbeat)
      throw deviation("the worker got " + readable(*message));
  return "nothing but heartbeats";
}

std::string one_request_at_a_time(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client_a(stage, v);
  wire_client client_b(stage, v);
  client_a.ask(service, {"a"});
  const auto request_a = worker.next_request();
  client_b.ask(service, {"b"});
  stage.prove_alive(v); // it has been read
  worker.expect_no_request(stage.silence());
  worker.answer(request_a, {"for a"});
  client_a.expect_ending("for a");
  worker.answer(worker.next_request(), {"for b"});
  client_b.expect_ending("for b");
  return "the second came after the answer to the first";
}

std::string busy_behind_a_partial(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client_a(stage, v);
  wire_client client_b(stage, v);
  client_a.ask(service, {"a"});
  const auto request_a = worker.next_request();
  worker.send(worker_partial(request_a.read.address, {"part"}));
  client_a.expect_ending("part");
  client_b.ask(service, {"b"});
  stage.prove_alive(v); // it has been read
  worker.expect_no_request(stage.silence());
  worker.answer(request_a, {"for a"});
  client_a.expect_ending("for a");
  worker.answer(worker.next_request(), {"for b"});
  client_b.expect_ending("for b");
  return "the next request came after FINAL";
}

} // namespace

checks<broker_stage> worker_frames_checks() {
  using enum level;
  return {
    {"7-15", "18-8", must, "a REQUEST is written as it should, its body untouched", request_frames},
    {"7-33", "18-11", must,
     "a REQUEST has exactly one client address, and an empty frame behind it", one_address},
    {"7-33", "18-11", must, "an answer goes to the client whose address it carries",
     answers_find_their_clients},
    {"7-25", "7-25", text, "nothing answers a READY", no_answer_to_ready},
    {"7-5", "7-5", text, "a worker gets its next request after its answer", one_request_at_a_time},
    {"", "18-12", text, "a PARTIAL does not free its worker", busy_behind_a_partial},
  };
}

} // namespace mdp::conformance
