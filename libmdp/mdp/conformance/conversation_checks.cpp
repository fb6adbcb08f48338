#include "mdp/conformance/worker_checks.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <chrono>

namespace mdp::conformance {

namespace {

using namespace std::string_literals;

const frames awkward_body{"first", "", "\0\xff\r\n"s, "MDPC01", "last"};

std::string in_ms(duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
         " ms";
}

std::string ready_frames(worker_stage& stage, version v) {
  stage.await_conversation();
  const auto& ready = stage.ready();
  const auto service_at = worker_ready(v, "").size() - 1;
  const auto service = ready.size() > service_at ? ready[service_at] : "SERVICE"s;
  expect_same(ready, worker_ready(v, service));
  const bool printable =
    std::all_of(service.begin(), service.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (service.empty() || !printable)
    throw deviation("the service's name is no printable text: " + readable({service}));
  return readable(ready);
}

std::string one_ready(worker_stage& stage, version) {
  stage.await_conversation();
  const auto until = net::steady_now() + stage.expiry();
  while (const auto news = stage.next(until)) {
    if (stage.begins_anew(*news)) {
      stage.adopt(*news);
      throw deviation("it began a new conversation, though the broker beat");
    }
    if (news->is_current && news->read.what == command::ready)
      throw deviation("a second READY");
  }
  return "none in " + in_ms(stage.expiry());
}

std::string answer_frames(worker_stage& stage, version v) {
  const auto result = stage.ask(awkward_body);
  const auto head = v == version::v0_1 ? frames{"", "MDPW01", "\x03"} : frames{"MDPW02", "\x04"};
  const bool begins =
    result.last.size() > head.size() && std::equal(head.begin(), head.end(), result.last.begin());
  if (!begins || result.read.body.empty())
    throw deviation("got " + readable(result.last) + " instead of " +
                    readable(worker_final(v, "ADDRESS", {"BODY..."})));
  for (const auto& part : result.partials)
    if (part.size() < 5 || part[0] != "MDPW02")
      throw deviation("a PARTIAL is " + readable(part));
  return readable(result.last);
}

std::string echoed_address(worker_stage& stage, version) {
  const auto result = stage.ask({"x"});
  const auto& rest = result.read.rest;
  if (rest.size() < 2 || rest[0] != result.address || !rest[1].empty())
    throw deviation("behind the command comes " + readable(rest) + " instead of " +
                    readable({result.address, "", "BODY..."}));
  return readable(rest);
}

std::string one_answer(worker_stage& stage, version) {
  static_cast<void>(stage.ask({"x"}));
  // The next answer comes behind all that it said to the first.
  if (const auto next = stage.ask({"y"}); !next.one_more.empty())
    throw deviation("one more: " + readable(next.one_more));
  const auto until = net::steady_now() + defaults::conformance_settle;
  while (const auto news = stage.next(until))
    if (news->is_current &&
        (news->read.what == command::final || news->read.what == command::partial))
      throw deviation("one more: " + readable(news->message));
  return "one, then nothing";
}

/// Says DISCONNECT and waits until the worker begins anew; deviates if it does not. Its old connection gets
/// heartbeats as before: who leaves that leaves it because of DISCONNECT, however slow it is. What it says
/// there meanwhile may have crossed.
void expect_return(worker_stage& stage) {
  stage.disconnect();
  const auto until = stage.deadline();
  std::string said;
  for (auto now = net::steady_now(); now < until; now = net::steady_now()) {
    const auto next_beat = std::min<time_point>(now + stage.set().heartbeat / 2, until);
    while (const auto news = stage.next(next_beat)) {
      if (stage.begins_anew(*news))
        return stage.adopt(*news);
      if (news->is_current)
        said = news->read.what == command::ready ? "READY on the same connection"
                                                 : "after DISCONNECT " + readable(news->message);
    }
    stage.beat();
  }
  throw deviation("it did not come back" + (said.empty() ? said : "; it said " + said));
}

std::string return_after_disconnect(worker_stage& stage, version) {
  stage.await_conversation();
  const auto old_id = stage.routing_id();
  const auto old_ready = stage.ready();
  const auto began = net::steady_now();
  expect_return(stage);
  const auto took = net::steady_now() - began;
  expect_same(stage.ready(), old_ready);
  const auto under_way = net::steady_now() + defaults::conformance_settle;
  while (stage.next(under_way)) // as nobody promises an order between the two connections
    ;
  const auto until = net::steady_now() + stage.silence();
  while (const auto news = stage.next(until))
    if (news->from == old_id && old_id != stage.routing_id())
      throw deviation("on the old connection it said " + readable(news->message));
  return "READY after " + in_ms(took) +
         (old_id == stage.routing_id() ? " (under its own identity: a new socket cannot be seen)"
                                       : " on a new connection");
}

std::string serves_again(worker_stage& stage, version) {
  stage.await_conversation();
  expect_return(stage);
  static_cast<void>(stage.ask({"x"}));
  return "it answered on the new connection";
}

} // namespace

checks<worker_stage> conversation_checks() {
  using enum level;
  return {
    {"7-14", "18-7", must, "READY is written as it should", ready_frames},
    {"7-16", "18-8", must, "an answer is written as it should", answer_frames},
    {"7-33", "18-11", must, "an answer has the request's address, and an empty frame behind it",
     echoed_address},
    {"7-5", "18-10", must, "one request gets one last answer", one_answer},
    {"7-24", "7-24", must, "there is no second READY in a conversation", one_ready},
    {"7-32", "7-32", must, "after DISCONNECT it says nothing more and comes back on a new socket",
     return_after_disconnect},
    {"7-22", "7-22", text, "having come back it serves again", serves_again},
  };
}

} // namespace mdp::conformance
