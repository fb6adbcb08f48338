#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <thread>

namespace mdp::conformance {

namespace {

/// The code alone, however the reply is written.
std::string code_of(broker_stage& stage, version v, const std::string& mmi,
                    const std::string& body) {
  wire_client client(stage, v);
  client.ask(mmi, {body});
  return client.expect_message().back();
}

void expect_code(broker_stage& stage, version v, const std::string& service,
                 const std::string& wanted) {
  const auto code = code_of(stage, v, "mmi.service", service);
  if (code != wanted)
    throw deviation("got " + readable({code}) + " instead of [" + wanted + ']');
}

/// Asks again and again: the broker may have read something else first.
void await_code(broker_stage& stage, version v, const std::string& service,
                const std::string& wanted, duration patience) {
  const auto until = net::steady_now() + patience;
  for (std::string code; code != wanted;) {
    code = code_of(stage, v, "mmi.service", service);
    if (code != wanted && net::steady_now() >= until)
      throw deviation("got " + readable({code}) + " instead of [" + wanted + ']');
    if (code != wanted)
      std::this_thread::sleep_for(defaults::conformance_settle / 20);
  }
}

std::string reply_frames(broker_stage& stage, version v) {
  wire_client client(stage, v);
  client.ask("mmi.service", {stage.new_name()});
  const auto reply = client.expect_message();
  const auto code = reply.back();
  expect_same(reply, client_final(v, "mmi.service", {code}));
  if (code.size() != 3 || code.find_first_not_of("0123456789") != std::string::npos)
    throw deviation("the code is " + readable({code}) + " instead of three digits");
  return readable(reply);
}

std::string found(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v);
  worker.ready(service);
  await_code(stage, v, service, "200", stage.set().patience);
  return "200";
}

std::string found_busy(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  const auto request = worker.next_request();
  expect_code(stage, v, service, "200");
  worker.answer(request, {"the answer"});
  return "200";
}

std::string never_there(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  expect_code(stage, v, service, "404");
  wire_client client(stage, v);
  client.ask(service, {"waits"}); // a waiting request makes no worker
  client.expect_silence(defaults::conformance_settle);
  expect_code(stage, v, service, "404");
  return "404, also while a request waits";
}

/// Whether a worker that says DISCONNECT is gone for that, or nothing if it may have been for silence, as
/// this machine was too slow to let it beat on.
std::optional<bool> is_gone_for_disconnect(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  worker.disconnect();
  auto last_word = net::steady_now();
  duration longest_silence{};
  const auto until = stage.deadline();
  for (;;) {
    const bool is_gone = code_of(stage, v, "mmi.service", service) == "404";
    const auto now = net::steady_now();
    longest_silence = std::max(longest_silence, now - last_word);
    if (is_gone && longest_silence >= stage.intervals(stage.set().liveness))
      return std::nullopt;
    if (is_gone || now >= until)
      return is_gone;
    stage.pause(stage.intervals(1) / 2);
    longest_silence = std::max(longest_silence, net::steady_now() - last_word);
    worker.beat();
    last_word = net::steady_now();
  }
}

std::string has_left(broker_stage& stage, version v) {
  for (std::uint32_t attempt = 0; attempt < stage.set().attempts; ++attempt) {
    const auto is_gone = is_gone_for_disconnect(stage, v);
    if (is_gone == false)
      throw deviation("got no [404], however often it was asked");
    if (is_gone == true)
      return "404";
  }
  throw not_seen("this machine is too busy: heartbeats of ours came late");
}

std::string fell_silent(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  worker.keep_beating = false;
  worker.expect_no_request(stage.intervals(1)); // alive so far
  await_code(stage, v, service, "404", stage.expiry());
  return "404";
}

std::string not_implemented(broker_stage& stage, version v) {
  const auto code = code_of(stage, v, "mmi." + stage.new_name(), "x");
  if (code != "501")
    throw deviation("got " + readable({code}) + " instead of [501]");
  return code;
}

std::string reserved(broker_stage& stage, version v) {
  for (const auto& name : {"mmi." + stage.new_name(), std::string("mmi.service")}) {
    wire_worker worker(stage, v);
    worker.ready(name);
    worker.expect_disconnect();
  }
  stage.prove_alive(v);
  return "DISCONNECT";
}

std::string internal(broker_stage& stage, version v) {
  const auto name = "mmi." + stage.new_name();
  wire_worker worker(stage, v);
  worker.ready(name);
  wire_client client(stage, v);
  client.ask(name, {"x"});
  stage.prove_alive(v); // both have been read
  const auto until = net::steady_now() + defaults::conformance_settle;
  while (const auto message = worker.next(until))
    if (read_worker_message(v, *message).what == command::request)
      throw deviation("a worker got " + readable(*message));
  return "the worker got no request";
}

std::string alike_but_ordinary(broker_stage& stage, version v) {
  for (const auto* prefix : {"mmi", "m", "i.mmi.", "MMI."}) {
    const auto service = prefix + stage.new_name();
    wire_worker worker(stage, v, service);
    wire_client client(stage, v);
    client.ask(service, {"x"});
    worker.answer(worker.next_request(), {"the answer"});
    client.expect_ending("the answer");
  }
  return "served by workers";
}

} // namespace

checks<broker_stage> mmi_checks() {
  using enum level;
  return {
    {"8-7", "8-5", must, "a reply of MMI is written as it should", reply_frames},
    {"8-3", "8-3", must, "200 for a service with a worker", found},
    {"8-3", "8-3", must, "200 for a service whose only worker is busy", found_busy},
    {"8-3", "8-3", must, "404 for a service that has no worker", never_there},
    {"8-3", "8-3", must, "404 for a service whose only worker said DISCONNECT", has_left},
    {"8-3", "8-3", must, "404 for a service whose only worker fell silent", fell_silent},
    {"8-4", "8-4", must, "501 for all else under mmi.", not_implemented},
    {"8-2", "8-2", must, "a worker that offers a name under mmi. is told to go", reserved},
    {"8-1", "8-1", must, "no worker gets requests for a name under mmi.", internal},
    {"8-1", "8-1", text, "a name that merely looks like mmi. is an ordinary one",
     alike_but_ordinary},
  };
}

} // namespace mdp::conformance
