#include "mdp/security/address_rules.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mdp::security;

namespace {

address_range range(const std::string& text) {
  auto parsed = address_range::parse(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *parsed;
}

std::string problem_of(const std::string& text) {
  const auto parsed = address_range::parse(text);
  return parsed ? "none" : parsed.error();
}

} // namespace

TEST_CASE("an address or a network contains what it should and nothing else") {
  struct row {
    const char* range;
    std::vector<const char*> inside;
    std::vector<const char*> outside;
  };
  const row rows[] = {
    {"127.0.0.1", {"127.0.0.1", "::ffff:127.0.0.1"}, {"127.0.0.2", "::1", "", "localhost:0:0:7"}},
    {"10.0.0.0/8", {"10.0.0.0", "10.255.255.255"}, {"11.0.0.0", "9.255.255.255", "::a00:1"}},
    {"192.168.4.0/22", {"192.168.4.0", "192.168.7.255"}, {"192.168.8.0", "192.168.3.255"}},
    {"0.0.0.0/0", {"1.2.3.4", "::ffff:255.1.1.1"}, {"::1", "fe80::1"}},
    {"::/0", {"::1", "1.2.3.4"}, {"", "localhost:1:1:1000"}},
    {"fd00::/8", {"fd00::1", "fdff::"}, {"fc00::1", "10.0.0.1"}},
    {"::1", {"::1", "0:0:0:0:0:0:0:1"}, {"::2", "127.0.0.1"}},
    {"ipc", {"", "localhost:0:0:4711"}, {"127.0.0.1", "::1", "nonsense", "localhost", ":0:0:7"}},
  };
  for (const auto& row : rows) {
    const auto tested = range(row.range);
    for (const auto* address : row.inside)
      CHECK_MESSAGE(tested.contains(address), row.range, " should contain ", address);
    for (const auto* address : row.outside)
      CHECK_MESSAGE(!tested.contains(address), row.range, " should not contain ", address);
  }
}

TEST_CASE("what is no range is said, with what to say instead") {
  for (const auto* text : {"", "10", "10.0.0", "10.0.0.0.0", "300.1.1.1", "host", "10.0.0.1:80",
                           "IPC", " 10.0.0.1", "fe80::1%eth0", ":", ":::"})
    CHECK_MESSAGE(problem_of(text).find("is no address") != std::string::npos, text);
  CHECK(problem_of(std::string(10'000, '1')).find("is no address") != std::string::npos);
  for (const auto* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "::/129",
                           "10.0.0.0/8x", "10.0.0.0/8/8"})
    CHECK_MESSAGE(problem_of(text).find("network's length") != std::string::npos, text);
  CHECK(problem_of("10.0.0.1/8") ==
        "\"10.0.0.1/8\" is no network: there are bits behind its length");
}

TEST_CASE("who is denied stays out, and where somebody is allowed nobody else gets in") {
  address_rules rules;
  CHECK(rules.empty());
  CHECK(rules.admits("1.2.3.4"));
  rules.deny = {range("10.9.0.0/16")};
  CHECK(rules.admits("10.8.0.1"));
  CHECK_FALSE(rules.admits("10.9.0.1"));
  rules.allow = {range("10.0.0.0/8"), range("ipc")};
  CHECK(rules.admits("10.8.0.1"));
  CHECK(rules.admits("localhost:1000:1000:77"));
  CHECK_FALSE(rules.admits("10.9.0.1"));
  CHECK_FALSE(rules.admits("11.0.0.1"));
  CHECK_FALSE(rules.admits("nonsense"));
}
