#include "mdp/engine/supervision.hpp"
#include "mdp/overload.hpp"
#include "support/engine_testing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// Which children are stopped and started, in which order, and when a supervisor gives up. How actors
// carry it out is in tests/actors/supervisor_test.cpp.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;

namespace {

constexpr auto one = restart_strategy::one_for_one;
constexpr auto all = restart_strategy::one_for_all;
constexpr auto rest = restart_strategy::rest_for_one;

/// A supervisor's decisions as a story. Children are letters in the order of their places.
///
///     "!b" b fails, "b" ends normally, "*" adopts the next letter (temporary), "**" (permanent),
///     "~b" releases b, "stop", "pause" 10 s pass, "wait" 1 ms passes
///
/// The answer is what was wanted, in order: "+a" start, "-a" stop, "kill a", "gone a", "ended",
/// "failed". A child that is told to stop does so when the story says it.
class story {
public:
  story(restart_strategy strategy, std::vector<restart_type> types, std::uint32_t intensity = 10)
      : engine_({strategy, intensity, 10s, 1}) {
    for (const auto type : types)
      names_.emplace(engine_.add(rules(type)), next_name());
    engine_.begin(now_);
    listen();
  }

  /// So many permanent ones whose own children outlive them.
  static story lasting(restart_strategy strategy, std::size_t children) {
    story result(strategy, std::size_t{0});
    result.are_lasting_ = true;
    for (std::size_t i = 0; i < children; ++i)
      result.names_.emplace(result.engine_.add(result.rules(restart_type::permanent)),
                            result.next_name());
    result.engine_.begin(result.now_);
    result.listen();
    return result;
  }

  /// So many permanent ones.
  story(restart_strategy strategy, std::size_t children, std::uint32_t intensity = 10)
      : story(strategy, std::vector<restart_type>(children), intensity) {}

  std::string play(const std::string& steps) {
    heard_.clear();
    std::istringstream words(steps);
    for (std::string word; words >> word; listen())
      step(word);
    return heard_;
  }

private:
  [[nodiscard]] child_rules rules(restart_type type) const {
    child_rules result;
    result.restart = type;
    result.grace = 2s;
    result.pause.jitter = 0;
    result.is_lasting = are_lasting_;
    return result;
  }

  char next_name() const { return static_cast<char>('a' + names_.size()); }

  child_place place_of(char name) const {
    for (const auto& [place, known] : names_)
      if (known == name)
        return place;
    throw std::logic_error("nobody is called so");
  }

  void step(const std::string& word) {
    if (word == "stop")
      engine_.stop(now_);
    else if (word == "pause")
      pass(10s);
    else if (word == "wait")
      pass(1ms);
    else if (word == "*" || word == "**")
      adopt(word == "*" ? restart_type::temporary : restart_type::permanent);
    else if (word[0] == '!')
      engine_.ended(place_of(word[1]), true, now_);
    else if (word[0] == '~')
      engine_.release(place_of(word[1]));
    else
      engine_.ended(place_of(word[0]), false, now_);
  }

  void adopt(restart_type type) {
    const auto name = next_name();
    names_.emplace(engine_.adopt(rules(type), now_), name);
  }

  void pass(duration time) {
    const auto until = now_ + time;
    while (engine_.next_deadline() <= until) {
      now_ = std::max(now_, engine_.next_deadline());
      engine_.tick(now_);
      listen();
    }
    now_ = until;
  }

  void hear(const std::string& what) { heard_.append(heard_.empty() ? "" : " ").append(what); }

  void listen() {
    engine_.actions().drain([this](supervision_action&& action) {
      std::visit(overload{
                   [&](start_child what) { hear(std::string("+") + names_.at(what.child)); },
                   [&](stop_child what) { hear(std::string("-") + names_.at(what.child)); },
                   [&](kill_child what) { hear(std::string("kill ") + names_.at(what.child)); },
                   [&](forget_child what) { hear(std::string("gone ") + names_.at(what.child)); },
                   [&](supervision_ended what) { hear(what.failed ? "failed" : "ended"); },
                 },
                 action);
    });
  }

  supervision engine_;
  time_point now_ = at(0s);
  std::map<child_place, char> names_;
  std::string heard_;
  bool are_lasting_ = false;
};

struct row {
  restart_strategy strategy;
  const char* steps;
  const char* expected;
};

// Four permanent children, a to d.
constexpr row rows[] = {
  {one, "!b pause", "+b"},
  {one, "!b wait", ""},
  {one, "b pause", "+b"}, // permanent: a normal end makes no difference
  {one, "!b !c pause", "+b +c"},
  {one, "!b stop d c a", "-d -c -a ended"},
  {all, "!b d c a pause", "-d -c -a +a +b +c +d"},
  {all, "!b d c wait", "-d -c -a"},                   // the pause begins when all are down
  {all, "!b !d !c !a pause", "-d -c -a +a +b +c +d"}, // how they end is all the same
  {all, "!b !a d c pause", "-d -c +a +b +c +d"},      // one that fails meanwhile is not asked
  {all, "!d c b a pause", "-c -b -a +a +b +c +d"},
  {rest, "!d pause", "+d"},
  {rest, "!b d c pause", "-d -c +b +c +d"},
  {rest, "!a d c b pause", "-d -c -b +a +b +c +d"},
  // Another failure further in front widens what is affected; one behind is affected anyway.
  {rest, "!c !b d pause", "-d +b +c +d"},
  {rest, "!c d !b pause", "-d +b +c +d"},
  {rest, "!c d !a b pause", "-d -b +a +b +c +d"},
  {rest, "!b !d c pause", "-d -c +b +c +d"},
  // Stopping goes from the last to the first, each has its grace.
  {one, "stop d c b a", "-d -c -b -a ended"},
  {one, "stop pause d", "-d kill d -c"},
  {rest, "!b d stop c a", "-d -c -a ended"}, // in the middle of a restart
  {rest, "!b d c stop a", "-d -c -a ended"}, // and in its pause
  {all, "!b d c a stop", "-d -c -a ended"},
  // Adopted ones go first and together, and do not come back with the others.
  {one, "* * stop f e d c b a", "-e -f gone f gone e -d -c -b -a ended"},
  {all, "* !b e d c a pause", "-e gone e -d -c -a +a +b +c +d"},
  {rest, "* !c e d pause", "-e gone e -d +c +d"},
  {one, "* !e pause", "gone e"},
  {one, "** !e pause", "+e"},
  {all, "!b d c a * wait e pause", "-d -c -a -e gone e +a +b +c +d"}, // too late to live
  {one, "** ~e !e pause", "gone e"},
  // What is unknown, or has ended already, changes nothing.
  {one, "!b !b pause", "+b"},
  {one, "stop d c b a a stop", "-d -c -b -a ended"},
};

} // namespace

TEST_CASE("each strategy does what its row of the table says") {
  for (const auto& row : rows) {
    CAPTURE(to_string(row.strategy));
    CAPTURE(row.steps);
    CHECK(story(row.strategy, 4).play(row.steps) == row.expected);
  }
}

TEST_CASE("children start in their order") {
  supervision engine({});
  std::vector<child_place> places;
  for (int i = 0; i < 3; ++i)
    places.push_back(engine.add({}));
  engine.begin(at(0s));
  std::vector<child_place> started;
  engine.actions().drain(
    [&](supervision_action&& action) { started.push_back(std::get<start_child>(action).child); });
  CHECK(started == places);
}

TEST_CASE("a restart type says whether an end is a loss") {
  constexpr auto permanent = restart_type::permanent;
  constexpr auto transient = restart_type::transient;
  constexpr auto temporary = restart_type::temporary;
  CHECK(story(one, std::vector{permanent, transient, temporary}).play("a b c pause") ==
        "gone b gone c +a");
  CHECK(story(one, std::vector{permanent, transient, temporary}).play("!a !b !c pause") ==
        "gone c +a +b");
  // An end that is no loss does not touch the others either.
  CHECK(story(all, std::vector{permanent, transient, temporary}).play("b !c pause") ==
        "gone b gone c");
}

TEST_CASE("over its intensity a supervisor stops the others and fails") {
  story three(one, 2, 3);
  CHECK(three.play("!a wait wait") == "");
  story quick(one, 2, 2);
  CHECK(quick.play("!a !b") == "");
  story over(one, 3, 2);
  CHECK(over.play("!a !b !c") == "failed");
  story with_others(one, 3, 0);
  CHECK(with_others.play("!b c a") == "-c -a failed");
}

TEST_CASE("restarts that lie far apart do not add up") {
  story slow(one, 1, 1);
  CHECK(slow.play("!a pause !a pause !a pause") == "+a +a +a");
}

TEST_CASE("pauses grow with each failure, and are short again when a child has run for long") {
  supervision engine({one, unlimited_restarts, 10s, 7});
  child_rules rules;
  rules.pause = {100ms, 1s, 0.0, 30s};
  const auto child = engine.add(rules);
  auto now = at(0s);
  engine.begin(now);
  const auto pause = [&](duration lived) {
    now += lived;
    engine.ended(child, true, now);
    const auto due = engine.next_deadline();
    const auto result = due - now;
    now = due;
    engine.tick(now);
    return result;
  };
  CHECK(pause(0s) == 100ms);
  CHECK(pause(0s) == 200ms);
  CHECK(pause(0s) == 400ms);
  CHECK(pause(29s) == 800ms);
  CHECK(pause(30s) == 100ms);
}

TEST_CASE("a child that does not end in its grace is killed once, and no other waits for less") {
  story s(one, 2);
  CHECK(s.play("stop wait") == "-b");
  CHECK(s.play("pause pause") == "kill b");
  CHECK(s.play("!b a") == "-a ended");
}

TEST_CASE(
  "a child whose own children outlive it takes part in an orderly end, also while it is down") {
  CHECK(story::lasting(one, 2).play("!b stop b a") == "+b -b -a ended");
  CHECK(story::lasting(one, 2).play("!a !b stop b a") == "+a +b -b -a ended");
  CHECK(story::lasting(rest, 2).play("!b stop b a") == "+b -b -a ended"); // down with nobody else
  CHECK(story::lasting(rest, 3).play("!a c !b b pause") == "-c -b +b -b +a +b +c");
}

TEST_CASE(
  "such a child that fails while it is being stopped is stopped again, but not what was killed") {
  CHECK(story::lasting(one, 2).play("stop !b b a") == "-b +b -b -a ended");
  CHECK(story::lasting(one, 2).play("stop !b !b a") == "-b +b -b -a ended"); // once
  CHECK(story::lasting(one, 2).play("stop pause !b a") == "-b kill b -a ended");
  CHECK(story(one, 2).play("stop !b a") == "-b -a ended");
}
