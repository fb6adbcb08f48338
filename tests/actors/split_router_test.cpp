#include "mdp/actors/routing/split_router.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::actors;

namespace {

/// Sends all to one service, and notes what it hears.
struct noting_router : router {
  explicit noting_router(std::string to) : to(std::move(to)) {}

  request_verdict on_request(const routed_request&) override { return forward_to{to}; }
  reply_verdict on_reply(const routed_reply&) override { return discard{to}; }
  void on_withdrawn(route_ticket) override { ++heard; }
  void on_worker_joined(const worker&) override { ++heard; }
  void on_worker_left(const worker&) override { ++heard; }
  void on_worker_lost(const worker&, std::string_view) override { ++heard; }
  void on_service_appeared(const std::string&) override { ++heard; }
  void on_service_emptied(const std::string&) override { ++heard; }

  std::string to;
  int heard = 0;
};

struct fixture {
  std::shared_ptr<noting_router> pay = std::make_shared<noting_router>("pay");
  std::shared_ptr<noting_router> rest = std::make_shared<noting_router>("rest");
  split_router split{
    {{"pay.*", "*", "*", pay}, {"*", "vip*", "*", rest}, {"*", "*", "*", nullptr}}};

  std::string way(const std::string& service, const std::string& client = "c") {
    const auto verdict = split.on_request({{1}, service, frame(client), {}, {}, never});
    const auto* to = std::get_if<forward_to>(&verdict.what);
    return to == nullptr ? "as it was" : to->service;
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "each request is decided by the first branch that fits, or forwarded") {
  CHECK(way("pay.in") == "pay");
  CHECK(way("pay.in", "vip1") == "pay");
  CHECK(way("shop", "vip1") == "rest");
  CHECK(way("shop") == "as it was");
}

TEST_CASE_FIXTURE(fixture, "a reply is decided where its request was, and events are for all") {
  const auto verdict =
    split.on_reply({{1}, "pay.in", "elsewhere", frame("c"), {}, {}, {}, true, 1});
  CHECK(std::get<discard>(verdict.what).reason == "pay");
  const auto other = split.on_reply({{1}, "shop", "shop", frame("c"), {}, {}, {}, true, 1});
  CHECK(std::holds_alternative<forward_on>(other.what));
  split.on_withdrawn({1});
  split.on_worker_joined({});
  split.on_worker_left({});
  split.on_worker_lost({}, "silent");
  split.on_service_appeared("a");
  split.on_service_emptied("a");
  CHECK(pay->heard == 6);
  CHECK(rest->heard == 6);
}
