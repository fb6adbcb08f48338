#include "mdp/actors/supervision/supervisor.hpp"
#include "support/deterministic_system.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace std::chrono_literals;

namespace {

/// What happened to the children of a test, in order: "+a" started, "-a" stopped.
using diary = std::shared_ptr<std::vector<std::string>>;

/// A child that ends when it is told to and writes a diary.
struct child_state {
  using handle = stoppable_actor;
  static constexpr const char* name = "child";
  static constexpr run_on where = run_on::scheduler;

  child_state(handle::pointer s, std::string n, diary d)
      : self(s), who(std::move(n)), events(std::move(d)) {
    events->push_back("+" + who);
  }

  handle::behavior_type make_behavior() {
    return {[this](stop) {
      events->push_back("-" + who);
      end_normally(self);
    }};
  }

  handle::pointer self;
  std::string who;
  diary events;
};

/// A supervisor over children that the test can make fail.
class nursery {
public:
  explicit nursery(supervisor_spec spec = {}) : spec_(std::move(spec)) {}

  ~nursery() {
    if (!has_ended_)
      stop_all(); // who watches and is watched would keep each other alive
  }

  nursery& with(std::string name, restart_type restart = restart_type::permanent) {
    child_spec child;
    child.name = name;
    child.restart = restart;
    child.start = [this, name](caf::local_actor& parent) {
      if (refusals_[name] > 0 && refusals_[name]-- > 0)
        throw std::runtime_error("not today");
      return running_[name] = spawn_state<child_state>(parent, name, events_);
    };
    spec_.children.push_back(std::move(child));
    return *this;
  }

  /// The next `times` starts of the child throw.
  nursery& refusing(const std::string& name, int times) {
    refusals_[name] = times;
    return *this;
  }

  supervisor_actor start() {
    supervisor_ = spawn_state<supervisor_state>(system_.actors(), spec_);
    supervisor_->attach_functor([this](const caf::error& reason) {
      has_ended_ = true;
      has_failed_ = exit_kind_of(reason).failed;
    });
    system_.run();
    return supervisor_;
  }

  void fail(const std::string& name) {
    caf::anon_send_exit(running_.at(name), caf::exit_reason::unhandled_exception);
    system_.run();
  }

  void end(const std::string& name) { system_.send(running_.at(name), stop{}); }
  void stop_all() { system_.send(supervisor_, stop{}); }

  std::vector<std::string> take() { return std::exchange(*events_, {}); }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] bool has_failed() const { return has_failed_; }

  test::deterministic_system& system() { return system_; }
  diary events_ = std::make_shared<std::vector<std::string>>();

private:
  supervisor_spec spec_;
  std::map<std::string, stoppable_actor> running_;
  std::map<std::string, int> refusals_;
  bool has_ended_ = false;
  bool has_failed_ = false;
  test::deterministic_system system_;
  supervisor_actor supervisor_;
};

using events = std::vector<std::string>;

supervisor_spec one_for_all() {
  supervisor_spec spec;
  spec.strategy = restart_strategy::one_for_all;
  return spec;
}

} // namespace

TEST_CASE("children start in their order and stop in the opposite one") {
  nursery n;
  n.with("a").with("b").with("c").start();
  CHECK(n.take() == events{"+a", "+b", "+c"});
  n.stop_all();
  CHECK(n.take() == events{"-c", "-b", "-a"});
  CHECK(n.has_ended());
  CHECK_FALSE(n.has_failed());
}

TEST_CASE("G6 one for one: a failed child starts again after a pause, its siblings do not notice") {
  nursery n;
  n.with("a").with("b").start();
  n.take();
  n.fail("a");
  CHECK(n.take().empty());
  n.system().advance(200ms);
  CHECK(n.take() == events{"+a"});
}

TEST_CASE("one for all: a child's failure stops the others and starts all again in order") {
  nursery n(one_for_all());
  n.with("a").with("b").with("c").start();
  n.take();
  n.fail("b");
  CHECK(n.take() == events{"-c", "-a"});
  n.system().advance(200ms);
  CHECK(n.take() == events{"+a", "+b", "+c"});
}

TEST_CASE("rest for one: a child's failure stops those behind it and starts it and them again") {
  supervisor_spec spec;
  spec.strategy = restart_strategy::rest_for_one;
  nursery n(spec);
  n.with("a").with("b").with("c").with("d").start();
  n.take();
  n.fail("b");
  CHECK(n.take() == events{"-d", "-c"});
  n.system().advance(200ms);
  CHECK(n.take() == events{"+b", "+c", "+d"});
}

TEST_CASE("a supervisor may be a child: what fails too often below comes back as a whole") {
  const auto log = std::make_shared<std::vector<std::string>>();
  std::map<std::string, stoppable_actor> running;
  const auto child = [&](const std::string& name) {
    child_spec spec;
    spec.name = name;
    spec.start = [&running, log, name](caf::local_actor& parent) {
      return running[name] = spawn_state<child_state>(parent, name, log);
    };
    return spec;
  };
  supervisor_spec below;
  below.name = "below";
  below.intensity = 0;
  below.children = {child("a"), child("b")};
  supervisor_spec top;
  top.name = "top";
  top.node = std::make_shared<tree_node>("top");
  top.children = {child("first"), supervisor_child(below)};
  test::deterministic_system system;
  const auto supervisor = spawn_state<supervisor_state>(system.actors(), top);
  system.run();
  CHECK(std::exchange(*log, {}) == events{"+first", "+a", "+b"});
  CHECK(to_text(top.node->report()) == "top  one_for_one  running\n"
                                       "  first  permanent  running\n"
                                       "  below  one_for_one  permanent  running\n"
                                       "    a  permanent  running\n"
                                       "    b  permanent  running\n");
  caf::anon_send_exit(running.at("a"), caf::exit_reason::kill);
  system.run();
  CHECK(std::exchange(*log, {}) == events{"-b"});
  CHECK(top.node->report().children[1].state == "down");
  system.advance(200ms);
  CHECK(std::exchange(*log, {}) == events{"+a", "+b"});
  CHECK(top.node->report().children[1].restarts == 1);
  system.send(supervisor, stop{});
  CHECK(std::exchange(*log, {}) == events{"-b", "-a", "-first"});
}

TEST_CASE("a lasting supervisor that is killed is back, and its children have not noticed") {
  nursery outer;
  const auto log = outer.events_;
  std::map<std::string, stoppable_actor> running;
  supervisor_actor inner;
  int begun = 0;
  auto spec = lasting_child(
    "inner",
    [&] {
      ++begun;
      child_spec child;
      child.name = "a";
      child.start = [&running, log](caf::local_actor& parent) {
        return running["a"] = spawn_state<child_state>(parent, std::string("a"), log);
      };
      supervisor_spec result;
      result.name = "inner";
      result.children = {child};
      return result;
    },
    [&](supervisor_actor started) { inner = std::move(started); });
  supervisor_spec top;
  top.name = "top";
  top.children = {std::move(spec)};
  const auto root = spawn_state<supervisor_state>(outer.system().actors(), top);
  outer.system().run();
  CHECK(outer.take() == events{"+a"});

  const auto first = inner;
  caf::anon_send_exit(inner, caf::exit_reason::kill);
  outer.system().run();
  const auto visitor =
    spawn_state<child_state>(outer.system().actors(), std::string("visitor"), log);
  outer.system().send(first, adopt_temporary(visitor, "visitor")); // while nobody is there
  caf::anon_send_exit(running.at("a"), caf::exit_reason::kill);
  outer.system().run();
  CHECK(outer.take() == events{"+visitor"});
  outer.system().advance(200ms); // it is back, and hears of the end of its child
  CHECK(inner != first);
  outer.system().advance(200ms);
  CHECK(outer.take() == events{"+a"});
  CHECK(begun == 1);
  outer.system().send(root, stop{});
  CHECK(outer.take() == events{"-visitor", "-a"});
}

TEST_CASE("a lasting supervisor goes with its own supervisor, and its children with it") {
  nursery outer;
  std::map<std::string, stoppable_actor> running;
  auto spec = lasting_child("inner", [&] {
    child_spec child;
    child.start = [&running, log = outer.events_](caf::local_actor& parent) {
      return running["a"] = spawn_state<child_state>(parent, std::string("a"), log);
    };
    supervisor_spec result;
    result.children = {child};
    return result;
  });
  supervisor_spec top;
  top.children = {std::move(spec)};
  const auto root = spawn_state<supervisor_state>(outer.system().actors(), top);
  outer.system().run();
  bool is_gone = false;
  running.at("a")->attach_functor([&](const caf::error&) { is_gone = true; });
  caf::anon_send_exit(root, caf::exit_reason::kill);
  outer.system().advance(1s);
  CHECK(is_gone);
}

TEST_CASE("a permanent child starts again even after a normal end") {
  nursery n;
  n.with("a").start();
  n.end("a");
  n.system().advance(200ms);
  CHECK(n.take() == events{"+a", "-a", "+a"});
}

TEST_CASE("a transient child starts again after a failure, not after a normal end") {
  nursery n;
  n.with("fails", restart_type::transient).with("ends", restart_type::transient).start();
  n.take();
  n.fail("fails");
  n.end("ends");
  n.system().advance(200ms);
  CHECK(n.take() == events{"-ends", "+fails"});
}

TEST_CASE("a temporary child never starts again") {
  nursery n;
  n.with("a", restart_type::temporary).start();
  n.take();
  n.fail("a");
  n.system().advance(10s);
  CHECK(n.take().empty());
  CHECK_FALSE(n.has_ended());
}

TEST_CASE("pauses between restarts grow") {
  nursery n;
  n.with("a").start();
  n.take();
  n.fail("a");
  n.system().advance(130ms);
  CHECK(n.take() == events{"+a"});
  n.fail("a");
  n.system().advance(130ms); // the second pause is at least 140 ms with the lowest jitter
  CHECK(n.take().empty());
  n.system().advance(130ms);
  CHECK(n.take() == events{"+a"});
}

TEST_CASE("over the restart intensity the supervisor stops the others and fails itself") {
  supervisor_spec spec;
  spec.intensity = 2;
  nursery n(spec);
  n.with("a").with("b").start();
  n.take();
  for (int i = 0; i < 2; ++i) {
    n.fail("a");
    n.system().advance(500ms);
  }
  CHECK(n.take() == events{"+a", "+a"});
  n.fail("a");
  CHECK(n.take() == events{"-b"});
  CHECK(n.has_failed());
}

TEST_CASE("a child whose start throws counts as failed and is tried again") {
  nursery n;
  n.with("a").refusing("a", 2).start();
  CHECK(n.take().empty());
  n.system().advance(1s);
  CHECK(n.take() == events{"+a"});
}

TEST_CASE("adopted children stop together, before the others") {
  nursery n;
  const auto supervisor = n.with("fixed").start();
  const auto visitor =
    spawn_state<child_state>(n.system().actors(), std::string("visitor"), n.events_);
  n.system().send(supervisor, adopt_temporary(visitor, "visitor"));
  n.take();
  n.stop_all();
  CHECK(n.take() == events{"-visitor", "-fixed"});
  CHECK(n.has_ended());
}

TEST_CASE("a child that is adopted too late is told to stop at once") {
  nursery n(one_for_all());
  const auto supervisor = n.with("a").with("b").start();
  n.fail("a"); // b stops, both wait for the pause
  n.take();
  const auto visitor =
    spawn_state<child_state>(n.system().actors(), std::string("visitor"), n.events_);
  n.system().send(supervisor, adopt_temporary(visitor, "visitor"));
  CHECK(n.take() == events{"+visitor", "-visitor"});
}

TEST_CASE("a released child may end in any way without being started again") {
  nursery n;
  const auto supervisor = n.start();
  const auto visitor =
    spawn_state<child_state>(n.system().actors(), std::string("visitor"), n.events_);
  child_spec spec;
  spec.start = [](caf::local_actor&) -> stoppable_actor { throw std::logic_error("never"); };
  n.system().send(supervisor, adopt_child{visitor, spec});
  n.system().send(supervisor, release_child{visitor.id()});
  n.system().send(visitor, stop{});
  n.system().advance(10s);
  CHECK_FALSE(n.has_ended());
}

TEST_CASE("a supervisor that is killed takes its children with it") {
  nursery n;
  const auto supervisor = n.with("a").start();
  bool child_is_gone = false;
  const auto child =
    spawn_state<child_state>(n.system().actors(), std::string("visitor"), n.events_);
  child->attach_functor([&](const caf::error&) { child_is_gone = true; });
  n.system().send(supervisor, adopt_temporary(child, "visitor"));
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  n.system().run();
  CHECK(child_is_gone);
}
