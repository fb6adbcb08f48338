#include "mdp/engine/action_list.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace mdp::engine;

namespace {

/// Hands everything out and says it in order.
std::string drained(action_list<std::string>& actions) {
  std::string all;
  actions.drain([&](std::string&& action) { all += action + ' '; });
  return all;
}

} // namespace

TEST_CASE("actions come out in the order in which they were decided, once") {
  action_list<std::string> actions;
  CHECK(actions.empty());
  actions.push("one");
  actions.push("two");
  CHECK_FALSE(actions.empty());
  CHECK(drained(actions) == "one two ");
  CHECK(actions.empty());
  CHECK(drained(actions).empty());
}

TEST_CASE("what a visitor causes comes behind what was decided before") {
  action_list<std::string> actions;
  actions.push("one");
  actions.push("two");
  std::string all;
  actions.drain([&](std::string&& action) {
    all += action + ' ';
    if (action == "one")
      actions.push("caused by one");
    if (action == "caused by one")
      actions.push("caused by that");
  });
  CHECK(all == "one two caused by one caused by that ");
  CHECK(actions.empty());
}

TEST_CASE("a visitor that drains the list itself changes neither order nor number") {
  action_list<std::string> actions;
  actions.push("one");
  actions.push("two");
  std::string all;
  const auto carry_out = [&](auto&& again) -> void {
    actions.drain([&](std::string&& action) {
      all += action + ' ';
      if (action == "one") {
        actions.push("three");
        again(again); // as an owner does that calls its engine while it carries out
      }
    });
  };
  carry_out(carry_out);
  CHECK(all == "one two three ");
  CHECK(actions.empty());
}

TEST_CASE("actions are moved through, not copied") {
  action_list<std::unique_ptr<int>> actions;
  actions.push(std::make_unique<int>(7));
  std::vector<std::unique_ptr<int>> taken;
  actions.drain([&](std::unique_ptr<int>&& action) { taken.push_back(std::move(action)); });
  REQUIRE(taken.size() == 1);
  CHECK(*taken[0] == 7);
}
