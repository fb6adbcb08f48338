#pragma once

#include "mdp/engine/client_link.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace mdp::testing::broker_side {

/// The link of client 5 from 0s on, with a window of three, and four frames held back.
struct client_link_fixture {
  static constexpr auto v0_1 = wire::protocol_version::v0_1;
  static constexpr auto v0_2 = wire::protocol_version::v0_2;
  using texts = std::initializer_list<std::string_view>;

  static engine::client_link_config config() {
    engine::client_link_config how;
    how.window = 3;
    how.request_ttl = 30s;
    how.idle_timeout = 60s;
    how.held_partial_frames = 4;
    return how;
  }

  explicit client_link_fixture(const engine::client_link_config& how = config())
      : link(how, peer_id{5}, frame("routing id"), at(0s)) {}

  engine::client_link link;

  std::string ask(std::string service, wire::protocol_version version = v0_2) {
    const bool delimited = version == v0_1;
    link.handle({{{}, delimited}, std::move(service), body({"?"})}, version, at(0s));
    return told(link.actions());
  }
  std::string finish(std::uint64_t sequence, texts texts, time_point now = at(0s),
                     attempt_number attempt = 1) {
    link.finish(id_of(5, sequence), body(texts), now, attempt);
    return told(link.actions());
  }
  std::string partial(std::uint64_t sequence, texts texts, time_point now = at(0s),
                      attempt_number attempt = 1) {
    link.partial(id_of(5, sequence), body(texts), now, attempt);
    return told(link.actions());
  }
  std::string refuse(std::uint64_t sequence, engine::refusal reason) {
    link.refuse(id_of(5, sequence), reason, at(0s));
    return told(link.actions());
  }
  std::string unreachable() {
    link.handle_unreachable();
    return told(link.actions());
  }
  std::string released() {
    link.released();
    return told(link.actions());
  }
  std::string tick(time_point now) {
    link.tick(now);
    return told(link.actions());
  }

  /// Nothing can bring an ended link back or make it speak.
  void check_is_over() {
    CHECK(link.has_ended());
    CHECK(link.open_requests() == 0);
    CHECK(link.next_deadline() == never);
    CHECK(ask("echo") == "");
    CHECK(finish(1, {"x"}) == "");
    CHECK(partial(1, {"x"}) == "");
    CHECK(refuse(1, engine::refusal::expired) == "");
    CHECK(unreachable() == "");
    CHECK(tick(at(1000h)) == "");
    link.dismiss();
    CHECK(told(link.actions()) == "");
  }
};

} // namespace mdp::testing::broker_side
