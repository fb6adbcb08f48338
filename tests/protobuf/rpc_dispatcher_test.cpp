#include "mdp/protobuf/rpc_dispatcher.hpp"
#include "protobuf/desk.hpp"
#include "support/multipart.hpp"

#include <chrono>
#include <thread>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::literals;

namespace {

constexpr time_point start{1h};

/// A dispatcher with a desk, and what it has replied.
struct fixture {
  explicit fixture(const rpc_limits& limits = {}) : dispatcher(std::in_place, limits) {
    dispatcher->add(service);
  }

  void ask(message request, time_point now = start) {
    dispatcher->dispatch(std::move(request),
                         answering([this](message reply) { replies.push_back(std::move(reply)); }),
                         now);
  }

  void ask(std::string_view method, const std::string& text, time_point now = start) {
    ask(request_for("mdp.testing.Desk." + std::string(method), note(text)), now);
  }

  /// The one reply there is, as text; "none" or "several" otherwise.
  std::string reply() {
    const auto taken = std::exchange(replies, {});
    if (taken.size() != 1)
      return taken.empty() ? "none" : "several";
    if (taken[0].size() == 1 && taken[0][0].text().starts_with("mdp-status"))
      return std::string(taken[0][0].text());
    const auto response = peek<Note>(taken[0]);
    return taken[0].size() == 1 && response ? "response " + response->text() : "nonsense";
  }

  std::shared_ptr<desk> service = std::make_shared<desk>();
  std::optional<rpc_dispatcher> dispatcher;
  std::vector<message> replies;
};

} // namespace

TEST_CASE("a method's response is the reply, one frame of protobuf's bytes") {
  fixture f;
  f.ask("Echo", "hi");
  REQUIRE(f.replies.size() == 1);
  CHECK(f.replies[0] == multipart({"\x0a\x02hi"}));
  CHECK(f.dispatcher->counters() == rpc_counters{.answered = 1});
  CHECK(f.dispatcher->open_calls() == 0);
  CHECK(f.dispatcher->next_deadline() == never);
}

TEST_CASE("frames behind the argument are left for later versions") {
  fixture f;
  auto request = request_for("mdp.testing.Desk.Echo", note("hi"));
  request.append(frame("what may this be"));
  f.ask(std::move(request));
  CHECK(f.reply() == "response hi");
}

TEST_CASE("what is no request is answered 400 and calls nothing") {
  fixture f;
  for (auto& bad : {message{}, multipart({""}), multipart({"mdp.testing.Desk.Echo"}),
                    multipart({"mdp.testing.Desk.Echo", "\x0a"})}) {
    f.ask(bad);
    CHECK(f.reply().starts_with("mdp-status 400 "));
  }
  CHECK(f.dispatcher->counters() == rpc_counters{.bad_requests = 4});
  CHECK(f.dispatcher->open_calls() == 0);
}

TEST_CASE("T8 an argument over the limit is answered 400") {
  fixture f({.max_bytes = 12});
  f.ask("Echo", std::string(10, 'x'));
  CHECK(f.reply() == "response xxxxxxxxxx");
  f.ask("Echo", std::string(11, 'x'));
  CHECK(f.reply() == "mdp-status 400 the argument: too_large");
}

TEST_CASE("a method nobody has, and one of streams, is answered 501") {
  fixture f;
  for (const auto name : {"", "Echo", "Desk.Echo", "mdp.testing.Desk.echo",
                          "mdp.testing.Desk.Watch", "mdp.testing.Strictness.Forget", "\xff"}) {
    f.ask(request_for(name, note("hi")));
    CHECK(f.reply().starts_with("mdp-status 501 "));
  }
  CHECK(f.dispatcher->counters() == rpc_counters{.unknown_methods = 7});
}

TEST_CASE("a method that refuses by SetFailed is answered 422 with its reason") {
  fixture f;
  f.ask("Refuse", "the desk is closed");
  CHECK(f.reply() == "mdp-status 422 the desk is closed");
  f.ask("Refuse", "");
  CHECK(f.reply() == "mdp-status 422 ");
  CHECK(f.dispatcher->counters() == rpc_counters{.failed = 2});
}

TEST_CASE("a method that throws is answered 500, whatever it throws") {
  fixture f;
  f.ask("Throw", "out of ink");
  CHECK(f.reply() == "mdp-status 500 out of ink");
  f.ask("Throw", "");
  CHECK(f.reply() == "mdp-status 500 an exception of an unknown kind");
  f.ask("Throw", std::string(1'000'000, 'x'));
  CHECK(f.reply().size() < 2000);
  CHECK(f.dispatcher->counters() == rpc_counters{.threw = 3});
  CHECK(f.dispatcher->open_calls() == 0);
}

TEST_CASE("an exception counts, though a guard has run done on its way") {
  fixture f;
  f.ask("ThrowGuarded", "out of ink");
  CHECK(f.reply() == "mdp-status 500 out of ink");
  CHECK(f.dispatcher->counters() == rpc_counters{.threw = 1});
  CHECK(f.dispatcher->open_calls() == 0);
}

TEST_CASE("a guard runs done though the dispatcher itself is called during an exception") {
  fixture f;
  struct asks_at_end {
    fixture& f;
    ~asks_at_end() { f.ask("Echo", "hi"); }
  };
  try {
    const asks_at_end asks{f};
    throw std::runtime_error("elsewhere");
  } catch (const std::exception&) {
    CHECK(f.reply() == "response hi");
  }
}

TEST_CASE("an exception behind the answer is no answer") {
  fixture f;
  f.ask("ThrowBehind", "hi");
  CHECK(f.reply() == "response hi");
  CHECK(f.dispatcher->counters() == rpc_counters{.answered = 1});
}

TEST_CASE("a method that destroys done is answered 500") {
  fixture f;
  f.ask("Drop", "");
  CHECK(f.reply().starts_with("mdp-status 500 "));
  CHECK(f.dispatcher->counters() == rpc_counters{.dropped = 1});
  CHECK(f.dispatcher->open_calls() == 0);
}

TEST_CASE("a response that cannot be sent is answered 500") {
  fixture f({.max_bytes = 100});
  f.ask("Inflate", "98");
  CHECK(f.reply() == "response " + std::string(98, 'x'));
  f.ask("Inflate", "99");
  CHECK(f.reply() == "mdp-status 500 the response: too_large");
  f.dispatcher->add(std::make_shared<forgetful>());
  Strict strict;
  strict.set_number(1);
  f.ask(request_for("mdp.testing.Strictness.Forget", strict));
  CHECK(f.reply() == "mdp-status 500 the response: bad_protobuf");
  CHECK(f.dispatcher->counters().bad_responses == 2);
}

TEST_CASE("a method may answer later, from any thread") {
  fixture f;
  f.ask("Keep", "hi");
  CHECK(f.reply() == "none");
  CHECK(f.dispatcher->open_calls() == 1);
  CHECK(f.dispatcher->next_deadline() == start + defaults::rpc_max_duration);
  std::thread([&] {
    f.service->kept->response->set_text("later");
    f.service->kept->done->Run();
  }).join();
  CHECK(f.reply() == "response later");
  CHECK(f.dispatcher->open_calls() == 0);
  CHECK(f.dispatcher->next_deadline() == never);
}

TEST_CASE("a method that never answers is answered 504 when its time is over, and told so") {
  fixture f({.max_duration = 5s});
  f.ask("Keep", "hi");
  const auto call = *f.service->kept;
  counting_closure told;
  call.controller->NotifyOnCancel(&told);
  f.dispatcher->expire(start + 5s - 1ns);
  CHECK(f.reply() == "none");
  CHECK_FALSE(call.controller->IsCanceled());
  f.dispatcher->expire(start + 5s);
  CHECK(f.reply() == "mdp-status 504 the method took too long");
  CHECK(call.controller->IsCanceled());
  CHECK(told.runs == 1);
  CHECK(f.dispatcher->open_calls() == 1); // request and response are the method's still
  call.done->Run();
  CHECK(f.reply() == "none");
  CHECK(told.runs == 1);
  CHECK(f.dispatcher->open_calls() == 0);
  CHECK(f.dispatcher->counters() == rpc_counters{.expired = 1, .late = 1});
}

TEST_CASE("only calls whose time is over expire") {
  fixture f({.max_duration = 5s});
  f.ask("Keep", "first", start);
  const auto first = *f.service->kept;
  f.ask("Keep", "second", start + 3s);
  const auto second = *f.service->kept;
  CHECK(f.dispatcher->next_deadline() == start + 5s);
  f.dispatcher->expire(start + 6s);
  CHECK(f.reply().starts_with("mdp-status 504"));
  CHECK(first.controller->IsCanceled());
  CHECK_FALSE(second.controller->IsCanceled());
  CHECK(f.dispatcher->next_deadline() == start + 8s);
  second.done->Run();
  CHECK(f.reply() == "response ");
  first.done->Run();
}

TEST_CASE("T8 a service that keeps its calls is busy at the bound, also when they have expired") {
  fixture f({.max_calls = 2, .max_duration = 1s});
  f.ask("Keep", "");
  const auto first = *f.service->kept;
  f.ask("Keep", "");
  const auto second = *f.service->kept;
  f.ask("Echo", "hi");
  CHECK(f.reply() == "mdp-status 503 the service is busy");
  f.dispatcher->expire(start + 1s);
  f.replies.clear();
  f.ask("Echo", "hi");
  CHECK(f.reply() == "mdp-status 503 the service is busy");
  first.done->Run();
  f.ask("Echo", "hi");
  CHECK(f.reply() == "response hi");
  second.done->Run();
  CHECK(f.dispatcher->counters().busy == 2);
}

TEST_CASE(
  "what was given to NotifyOnCancel runs once in any case, at the latest behind the answer") {
  fixture f;
  f.ask("Keep", "");
  counting_closure told;
  f.service->kept->controller->NotifyOnCancel(&told);
  CHECK(told.runs == 0);
  f.service->kept->done->Run();
  CHECK(told.runs == 1);

  f.ask("Keep", "");
  f.dispatcher->stop();
  f.service->kept->controller->NotifyOnCancel(&told);
  CHECK(told.runs == 2);
  f.service->kept->done->Run();
  CHECK(told.runs == 2);
}

TEST_CASE("a method learns that nobody waits any more") {
  fixture f;
  bool is_open = true;
  f.dispatcher->dispatch(request_for("mdp.testing.Desk.Keep", note("")),
                         answering([](message) {}, [&] { return is_open; }), start);
  CHECK_FALSE(f.service->kept->controller->IsCanceled());
  is_open = false;
  CHECK(f.service->kept->controller->IsCanceled());
  f.service->kept->done->Run();
}

TEST_CASE("a dispatcher that ends answers 503, and what comes later is harmless") {
  fixture f;
  f.ask("Keep", "");
  const auto call = *f.service->kept;
  const std::weak_ptr<desk> alive = f.service;
  f.dispatcher.reset();
  CHECK(f.reply() == "mdp-status 503 the service stops");
  CHECK(call.controller->IsCanceled());
  f.service.reset();
  CHECK_FALSE(alive.expired()); // its call runs still
  call.done->Run();
  CHECK(alive.expired());
  CHECK(f.reply() == "none");
}

TEST_CASE("a stopped dispatcher answers what comes with 503") {
  fixture f;
  f.dispatcher->stop();
  f.ask("Echo", "hi");
  CHECK(f.reply() == "mdp-status 503 the service stops");
  CHECK(f.dispatcher->counters() == rpc_counters{.stopped = 1});
  CHECK(f.dispatcher->open_calls() == 0);
}

TEST_CASE("several services may be served, but no method twice") {
  fixture f;
  f.dispatcher->add(std::make_shared<forgetful>());
  CHECK_THROWS_AS(f.dispatcher->add(std::make_shared<desk>()), std::invalid_argument);
}

TEST_CASE("calls from many threads that answer on others all end once") {
  rpc_dispatcher dispatcher;
  const auto service = std::make_shared<desk>();
  dispatcher.add(service);
  std::atomic<int> replies = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 500; ++turn)
        dispatcher.dispatch(
          request_for(turn % 2 == 0 ? "mdp.testing.Desk.Echo" : "mdp.testing.Desk.Throw",
                      note("x")),
          answering([&](message) { ++replies; }), start);
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(replies == 2000);
  CHECK(dispatcher.counters() == rpc_counters{.answered = 1000, .threw = 1000});
  CHECK(dispatcher.open_calls() == 0);
}
