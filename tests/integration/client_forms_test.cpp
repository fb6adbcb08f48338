#include "integration/client_forms.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

/// Where nobody listens: whatever is asked stays open.
client_config nowhere() {
  return client_at("tcp://127.0.0.1:9");
}

loose_coroutine ask_in_turn(mdp::client& client, std::promise<std::string>& outcome) {
  std::string text;
  for (const auto* word : {"one", "two", "three"}) {
    auto asked = client.ask("echo", {frame(word)}, patient());
    const auto reply = co_await asked;
    if (!reply)
      text += "<" + std::string(to_string(reply.error())) + ">";
    else
      text += (*reply)[0].text();
  }
  outcome.set_value(text);
}

loose_coroutine wait_for_reply(mdp::client& client, std::optional<request_result>& outcome) {
  auto asked = client.ask("nobody", {frame("x")}, patient());
  outcome = co_await asked;
}

[[maybe_unused]] loose_coroutine ask_and_throw(mdp::client& client) {
  auto asked = client.ask("echo", {frame("x")}, patient());
  static_cast<void>(co_await asked);
  throw std::runtime_error("a coroutine's own business");
}

} // namespace

TEST_CASE("one question, asked by waiting, as a future, by a callback and by a coroutine") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "echo", echo);
  mdp::client client(client_at(broker.endpoint()));
  CHECK(client.request("echo", {frame("a")}, patient()) == message{frame("a")});
  CHECK(client.submit("echo", {frame("b")}, patient()).get() == message{frame("b")});
  std::promise<request_result> called;
  CHECK(client.call(
    "echo", {frame("c")}, [&](request_result reply) { called.set_value(std::move(reply)); },
    patient()));
  CHECK(called.get_future().get() == message{frame("c")});
  std::promise<std::string> awaited;
  ask_in_turn(client, awaited);
  CHECK(awaited.get_future().get() == "onetwothree");
  CHECK(client.statistics().answered == 6);
}

TEST_CASE("a callback may ask, cancel and look, but not wait") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "echo", echo);
  mdp::client client(client_at(broker.endpoint()));
  std::promise<request_result> second;
  std::promise<request_failure> waited;
  std::promise<request_failure> streamed;
  const auto first = client.call(
    "echo", {frame("first")},
    [&](const request_result&) {
      waited.set_value(client.request("echo", {frame("x")}, patient()).error());
      auto stream = client.stream("echo", {frame("x")}, patient());
      streamed.set_value(stream.next().error());
      const auto unwanted = client.call("nobody", {frame("x")}, [](const request_result&) {});
      client.cancel(*unwanted);
      static_cast<void>(client.statistics());
      const auto started = client.call(
        "echo", {frame("second")},
        [&](request_result reply) { second.set_value(std::move(reply)); }, patient());
      if (!started)
        second.set_value(tl::unexpected(started.error()));
    },
    patient());
  CHECK(first);
  CHECK(waited.get_future().get() == request_failure::wrong_thread);
  CHECK(streamed.get_future().get() == request_failure::wrong_thread);
  CHECK(second.get_future().get() == message{frame("second")});
}

TEST_CASE("what a callback or a coroutine throws harms nobody") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "echo", [](const message& request, const auto& send_part) {
    send_part({frame("part")});
    return request;
  });
  mdp::client client(client_at(broker.endpoint()));
  auto options = patient();
  options.on_part = [](const message&) { throw std::runtime_error("no parts, please"); };
  CHECK(client.call(
    "echo", {frame("x")}, [](const request_result&) { throw 42; }, std::move(options)));
  CHECK(eventually([&] { return client.statistics().callback_failures == 2; }));
#if !defined(__clang__) || __clang_major__ >= 17
  // An older clang does not know that the coroutine is at its end, and destroys its variables again.
  const auto coroutine = ask_and_throw(client);
  CHECK(eventually([&] { return client.statistics().callback_failures == 3; }));
  coroutine.handle.destroy();
#endif
  CHECK(client.request("echo", {frame("still here")}, patient()) == message{frame("still here")});
}

TEST_CASE("a client that is destroyed ends all that is open, in every form, with a clear reason") {
  std::optional<mdp::client> client(nowhere());
  auto future = client->submit("echo", {frame("x")}, patient());
  std::atomic<int> called = 0;
  std::atomic<int> cancelled = 0;
  for (int i = 0; i < 100; ++i)
    CHECK(client->call(
      "echo", {frame("x")},
      [&](const request_result& reply) {
        ++called;
        cancelled += !reply && reply.error() == request_failure::cancelled ? 1 : 0;
      },
      patient()));
  std::promise<std::string> awaited;
  auto outcome = awaited.get_future();
  ask_in_turn(*client, awaited);
  auto stream = client->stream("echo", {frame("x")}, patient());
  client.reset();
  CHECK(future.get().error() == request_failure::cancelled);
  CHECK(called == 100);
  CHECK(cancelled == 100);
  CHECK(outcome.get() == "<cancelled><cancelled><cancelled>");
  CHECK(stream.next().error() == request_failure::cancelled);
}

TEST_CASE("a client may be destroyed by its own callback") {
  auto client = std::make_unique<mdp::client>(nowhere());
  std::promise<request_failure> other;
  std::promise<void> asked;
  std::promise<void> destroyed;
  auto hasty = patient();
  hasty.timeout = 1ms;
  CHECK(client->call(
    "echo", {frame("open")}, [&](const request_result& reply) { other.set_value(reply.error()); },
    patient()));
  CHECK(client->call(
    "echo", {frame("x")},
    [&](const request_result&) {
      asked.get_future().get(); // nobody else uses it any more
      client.reset();
      destroyed.set_value();
    },
    hasty));
  asked.set_value();
  destroyed.get_future().get();
  CHECK(other.get_future().get() == request_failure::cancelled);
}

TEST_CASE("a client that was stopped refuses what is asked, and calls nobody for it") {
  mdp::client client(nowhere());
  client.stop();
  client.stop();
  CHECK(client.request("echo", {frame("x")}).error() == request_failure::cancelled);
  bool was_called = false;
  const auto refused =
    client.call("echo", {frame("x")}, [&](const request_result&) { was_called = true; });
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == request_failure::cancelled);
  CHECK_FALSE(was_called);
}

TEST_CASE("a request that is cancelled ends so, and cancelling it again is harmless") {
  mdp::client client(nowhere());
  std::promise<request_failure> ended;
  const auto request = client.call(
    "echo", {frame("x")}, [&](const request_result& reply) { ended.set_value(reply.error()); },
    patient());
  REQUIRE(request);
  client.cancel(*request);
  CHECK(ended.get_future().get() == request_failure::cancelled);
  client.cancel(*request);
  client.cancel(request_id{12345});
  CHECK(client.statistics().open == 0);
}

TEST_CASE(
  "a coroutine that is destroyed while it waits is not gone on with, and its request ends") {
  mdp::client client(nowhere());
  std::optional<request_result> outcome;
  const auto coroutine = wait_for_reply(client, outcome);
  REQUIRE(eventually([&] { return client.statistics().open == 1; }));
  coroutine.handle.destroy();
  CHECK(eventually([&] { return client.statistics().open == 0; }));
  CHECK(client.statistics().failed(request_failure::cancelled) == 1);
  CHECK_FALSE(outcome.has_value());
}

TEST_CASE("what is open is bounded by count and by memory; what is over is refused at once") {
  auto config = nowhere();
  config.max_open = 2;
  config.max_open_bytes = 100'000;
  mdp::client client(config);
  CHECK(client.request("echo", {frame(std::string(100'000, 'x'))}).error() ==
        request_failure::overloaded);
  auto first = client.submit("echo", {frame("x")}, patient());
  auto second = client.submit("echo", {frame("x")}, patient());
  CHECK(client.request("echo", {frame("x")}).error() == request_failure::overloaded);
  CHECK(client.statistics().failed(request_failure::overloaded) == 2);
  client.stop();
  CHECK(first.get().error() == request_failure::cancelled);
  CHECK(second.get().error() == request_failure::cancelled);
}

TEST_CASE("what cannot be asked is refused with a reason, in every form") {
  auto config = nowhere();
  config.limits.max_bytes = 1000;
  mdp::client client(config);
  const auto bad = request_failure::bad_request;
  CHECK(client.request("", {frame("x")}).error() == bad);
  CHECK(client.request("two words", {frame("x")}).error() == bad);
  CHECK(client.request("echo", {frame(std::string(1001, 'x'))}).error() == bad);
  CHECK(client.submit(std::string(256, 's'), {frame("x")}).get().error() == bad);
  CHECK(client.stream("", {frame("x")}).next().error() == bad);
  request_options never_asks;
  never_asks.attempts = 0;
  CHECK(client.request("echo", {frame("x")}, never_asks).error() == bad);
  request_options no_time;
  no_time.timeout = 0ms;
  CHECK(client.request("echo", {frame("x")}, no_time).error() == bad);
}

TEST_CASE("a request that must be answered within a time ends when that is over") {
  mdp::client client(nowhere());
  auto options = patient();
  options.within = 50ms;
  CHECK(client.request("echo", {frame("x")}, options).error() == request_failure::deadline_passed);
}

TEST_CASE("a configuration that cannot work is described, all of it at once") {
  client_config config;
  CHECK(validate(config).empty());
  config.brokers = {"tcp://127.0.0.1:5555", "nonsense"};
  config.pipeline = 2000; // more than the high-water mark
  config.lanes = 0;
  config.reconnect.min = 0ms;
  CHECK(validate(config).size() == 4);
  config.brokers.clear();
  CHECK(validate(config).front() == "no broker endpoint");
  CHECK(validate_request(config, "echo").empty());
  CHECK(validate_request(config, "two words").size() == 1);
}
