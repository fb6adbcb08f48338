#include "mdp/actors/peer/service_proxy.hpp"
#include "support/deterministic_system.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::actors;

namespace {

using customer_recorder =
  test::recorder<service_customer_actor, part_received, parts_voided, question_ended>;

struct asked_question {
  std::string service;
  message body;
  client::on_end ended;
  request_options options;
};

/// A proxy whose client is the test.
struct fixture {
  question_sender sender() {
    question_sender result;
    result.call = [this](std::string service, message body, client::on_end ended,
                         request_options options) -> tl::expected<request_id, request_failure> {
      if (refuses)
        return tl::unexpected(*refuses);
      asked.push_back({std::move(service), std::move(body), std::move(ended), std::move(options)});
      return request_id{asked.size()};
    };
    result.cancel = [this](request_id id) { cancelled.push_back(id.value); };
    return result;
  }

  void ask(std::uint64_t ticket, bool wants_parts = false) {
    system.send(proxy, ask_service{.service = "echo",
                                   .body = {frame("x")},
                                   .customer = customer.handle(),
                                   .ticket = ticket,
                                   .wants_parts = wants_parts});
  }

  test::deterministic_system system;
  std::optional<request_failure> refuses;
  std::vector<asked_question> asked;
  std::vector<std::uint64_t> cancelled;
  customer_recorder customer{system};
  service_proxy_actor proxy = spawn_state<service_proxy_state>(system.actors(), sender());
};

} // namespace

TEST_CASE("an actor's question is asked on its terms, and the reply comes under its ticket") {
  fixture f;
  f.system.send(f.proxy, ask_service{"echo",
                                     {frame("a"), frame("b")},
                                     f.customer.handle(),
                                     42,
                                     {std::chrono::seconds(7), 2, true, false}});
  REQUIRE(f.asked.size() == 1);
  CHECK(f.asked[0].service == "echo");
  CHECK(f.asked[0].body == message{frame("a"), frame("b")});
  CHECK(f.asked[0].options.timeout == std::chrono::seconds(7));
  CHECK(f.asked[0].options.attempts == 2);
  CHECK_FALSE(f.asked[0].options.on_part);
  f.asked[0].ended(message{frame("reply")});
  f.system.run();
  const auto news = f.customer.take_only<question_ended>();
  REQUIRE(news.size() == 1);
  CHECK(news[0].ticket == 42);
  CHECK(news[0].reply == message{frame("reply")});
}

TEST_CASE(
  "an actor that wants the parts of a reply gets them in order, and hears when they are void") {
  fixture f;
  f.ask(1, true);
  REQUIRE(f.asked.size() == 1);
  f.asked[0].options.on_part({frame("one")});
  f.asked[0].options.on_restart();
  f.asked[0].options.on_part({frame("uno")});
  f.asked[0].ended(message{frame("due")});
  f.system.run();
  const auto news = f.customer.take();
  REQUIRE(news.size() == 4);
  CHECK(std::get<part_received>(news[0]).body == message{frame("one")});
  CHECK(std::get<parts_voided>(news[1]).ticket == 1);
  CHECK(std::get<part_received>(news[2]).body == message{frame("uno")});
  CHECK(std::get<question_ended>(news[3]).reply == message{frame("due")});
}

TEST_CASE("a question that is withdrawn ends at once, and nothing that comes later is passed on") {
  fixture f;
  f.ask(1, true);
  f.system.send(f.proxy, withdraw_question{f.customer.handle(), 1});
  CHECK(f.cancelled == std::vector<std::uint64_t>{1});
  auto news = f.customer.take();
  REQUIRE(news.size() == 1);
  CHECK(std::get<question_ended>(news[0]).reply.error() == request_failure::cancelled);
  f.asked[0].options.on_part({frame("late")});
  f.asked[0].ended(message{frame("later")});
  f.system.send(f.proxy, withdraw_question{f.customer.handle(), 1});
  CHECK(f.customer.take().empty());
  f.ask(1); // the ticket is free again
  CHECK(f.asked.size() == 2);
}

TEST_CASE("a ticket that is in use is refused, and another customer may have the same") {
  fixture f;
  customer_recorder other(f.system);
  f.ask(1);
  f.ask(1);
  CHECK(f.asked.size() == 1);
  const auto news = f.customer.take_only<question_ended>();
  REQUIRE(news.size() == 1);
  CHECK(news[0].reply.error() == request_failure::bad_request);
  f.system.send(f.proxy, ask_service{"echo", {frame("x")}, other.handle(), 1});
  CHECK(f.asked.size() == 2);
  f.asked[1].ended(message{frame("for the other")});
  f.system.run();
  CHECK(f.customer.take().empty());
  CHECK(other.take_only<question_ended>().size() == 1);
}

TEST_CASE("a question that the client refuses ends with its reason") {
  fixture f;
  f.refuses = request_failure::overloaded;
  f.ask(1);
  const auto news = f.customer.take_only<question_ended>();
  REQUIRE(news.size() == 1);
  CHECK(news[0].reply.error() == request_failure::overloaded);
}

TEST_CASE("a proxy that is told to stop cancels what is open and tells its customers") {
  fixture f;
  f.ask(1);
  f.ask(2);
  f.system.send(f.proxy, stop{});
  CHECK(f.cancelled == std::vector<std::uint64_t>{1, 2});
  const auto news = f.customer.take_only<question_ended>();
  REQUIRE(news.size() == 2);
  for (const auto& each : news)
    CHECK(each.reply.error() == request_failure::cancelled);
  f.asked[0].ended(message{frame("late")}); // to an actor that has ended
  f.system.run();
  CHECK(f.customer.take().empty());
}
