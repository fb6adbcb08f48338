#pragma once

#include "mdp/engine/worker_link.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace mdp::testing::broker_side {

/// A link to a worker that has just connected, at 0s. Beats every second, patient for four.
struct worker_link_fixture {
  static engine::worker_link_config
  config(engine::busy_policy busy = engine::busy_policy::lenient) {
    engine::worker_link_config how;
    how.heartbeat = {1000ms, 4};
    how.busy = busy;
    how.busy_timeout = 60s;
    return how;
  }

  explicit worker_link_fixture(const engine::worker_link_config& how = config())
      : link(how, at(0s)) {}

  engine::worker_link link;

  std::string handle(wire::from_worker command, time_point when = at(0s)) {
    link.handle(std::move(command), when);
    return told(link.actions());
  }
  std::string handle_invalid() {
    link.handle_invalid();
    return told(link.actions());
  }
  std::string handle_unreachable(std::uint64_t first_undelivered = engine::no_message) {
    link.handle_unreachable(first_undelivered);
    return told(link.actions());
  }
  std::string probe(time_point now) {
    link.probe(now);
    return told(link.actions());
  }
  std::string tick(time_point now) {
    link.tick(now);
    return told(link.actions());
  }

  void make_ready() { REQUIRE(handle(wire::worker_ready{"echo"}) == "offer echo x1"); }
  void make_ready(std::uint32_t announced) {
    REQUIRE_FALSE(handle(wire::worker_ready{"echo", announced, true}).empty());
  }

  std::string assign(std::uint64_t client, std::uint64_t sequence, attempt_number attempt = 1,
                     time_point now = at(0s)) {
    auto job = job_of(client, sequence);
    link.assign({job.id, attempt}, job.client_address, std::move(job.body), now);
    return told(link.actions());
  }

  /// The same, and returns the address under which the worker knows the request.
  frame assign_for_address(std::uint64_t client, std::uint64_t sequence) {
    auto job = job_of(client, sequence);
    link.assign({job.id, 1}, job.client_address, std::move(job.body), at(0s));
    frame address;
    link.actions().drain([&](engine::worker_link_action&& action) {
      auto& out = std::get<engine::send_to_worker>(action);
      address = std::get<wire::worker_request>(out.command).address;
    });
    return address;
  }

  /// Nothing can bring an ended link back or make it speak.
  void check_is_over() {
    CHECK(link.has_ended());
    CHECK_FALSE(link.is_ready());
    CHECK(link.next_deadline() == never);
    CHECK(handle(wire::worker_ready{"echo"}, at(1h)) == "");
    CHECK(handle(wire::worker_partial{frame("client 1"), body({"x"})}, at(1h)) == "");
    CHECK(handle(wire::worker_final{frame("client 1"), body({"x"})}, at(1h)) == "");
    CHECK(handle(wire::heartbeat{}, at(1h)) == "");
    CHECK(handle(wire::disconnect{}, at(1h)) == "");
    CHECK(handle_invalid() == "");
    CHECK(handle_unreachable() == "");
    CHECK(tick(at(2h)) == "");
    CHECK(assign(3, 3) == "");
    link.dismiss();
    CHECK(told(link.actions()) == "");
    CHECK(link.has_ended());
  }
};

} // namespace mdp::testing::broker_side
