#include "mdp/engine/client_link.hpp"
#include "mdp/engine/service_pattern.hpp"
#include "mdp/engine/service_rules.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

service_rule rule(std::string service, attempt_number attempts) {
  service_rule result{std::move(service), {}, {}, {}};
  result.queue.attempts = attempts;
  return result;
}

/// The rule for `service`, by its number of attempts; 0 for none.
attempt_number number_of(const service_rules& rules, const std::string& service) {
  const auto* found = rules.find(service);
  return found == nullptr ? 0 : found->queue.attempts;
}

} // namespace

TEST_CASE("a pattern fits what begins like it and goes on") {
  struct row {
    const char* pattern;
    const char* name;
    bool expected;
  };
  constexpr row rows[] = {
    {"image.*", "image.scale", true},
    {"image.*", "image.a.b", true},
    {"image.*", "image.", false},
    {"image.*", "image", false},
    {"image.*", "imago.x", false},
    {"image.*", "image.*", false},
    {"image.*", "image.big.*", false},
    {"*", "anything", true},
    {"*", "", false},
    {"image.scale", "image.scale", false},
    {"i*", "image", true},
    {"**", "*x", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.name);
    CHECK(fits(row.pattern, row.name) == row.expected);
  }
}

TEST_CASE("patterns are looked for from the longest to the shortest, and only those that can be") {
  const auto asked_for = [](const char* name, std::size_t longest) {
    std::string all;
    static_cast<void>(find_pattern(name, longest, [&](const std::string& pattern) {
      all.append(all.empty() ? "" : " ").append(pattern);
      return std::optional<int>();
    }));
    return all;
  };
  CHECK(asked_for("abc", 100) == "ab* a* *");
  CHECK(asked_for("abcdef", 3) == "ab* a* *");
  CHECK(asked_for("a", 9) == "*");
  CHECK(asked_for("abc", 0) == "");
  CHECK(asked_for("abc*", 9) == "");
}

TEST_CASE("the exact name counts before any pattern, and the longest pattern before shorter ones") {
  const service_rules rules(
    {rule("*", 1), rule("image.*", 2), rule("image.big.*", 3), rule("image.big.scale", 4)}, {});
  CHECK(number_of(rules, "image.big.scale") == 4);
  CHECK(number_of(rules, "image.big.turn") == 3);
  CHECK(number_of(rules, "image.turn") == 2);
  CHECK(number_of(rules, "echo") == 1);
}

TEST_CASE("a pattern that a worker offers obeys the rule for its beginning") {
  const service_rules rules({rule("image.*", 2), rule("image.big.*", 3)}, {});
  CHECK(number_of(rules, "image.*") == 2);
  CHECK(number_of(rules, "image.big.*") == 3);
  CHECK(number_of(rules, "image.small.*") == 2);
  CHECK(number_of(rules, "im*") == 0);
  CHECK(number_of(rules, "echo") == 0);
}

TEST_CASE("the first rule of priority that fits service and client counts") {
  const service_rules rules({}, {{"image.*", "batch-*", priority::low},
                                 {"image.*", "*", priority::high},
                                 {"echo", "boss", priority::high}});
  CHECK(rules.urgency_of("image.scale", "batch-7") == priority::low);
  CHECK(rules.urgency_of("image.scale", "") == priority::high);
  CHECK(rules.urgency_of("echo", "boss") == priority::high);
  CHECK(rules.urgency_of("echo", "bos") == priority::normal);
  CHECK(rules.urgency_of("other", "batch-7") == priority::normal);
}

TEST_CASE("a client's request gets the deadline and the urgency of its service's rules") {
  auto quick = rule("quick", 1);
  quick.request_ttl = 2s;
  client_link_config config;
  config.request_ttl = 10s;
  config.rules = std::make_shared<const service_rules>(
    std::vector{quick, rule("other", 1)},
    std::vector<priority_rule>{{"quick", "client 1", priority::high}});
  client_link link(config, peer_id{1}, frame("client 1"), at(0s));
  const auto asked = [&](const char* service) {
    link.handle({{}, service, body({"x"})}, wire::protocol_version::v0_2, at(1s));
    job what;
    link.actions().drain([&](client_link_action&& action) {
      what = std::get<submit_to_service>(std::move(action)).what;
    });
    return what;
  };
  CHECK(asked("quick").deadline == at(3s));
  CHECK(asked("quick").urgency == priority::high);
  CHECK(asked("other").deadline == at(11s));
  CHECK(asked("other").urgency == priority::normal);
  CHECK(asked("unknown").deadline == at(11s));
}
