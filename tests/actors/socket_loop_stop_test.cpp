#include "actors/loop_harness.hpp"
#include "support/process.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace mdp;
using namespace mdp::test;

namespace {

/// A ROUTER with one client that has said hello.
struct one_client {
  explicit one_client(std::string_view endpoint = any_tcp_port, int high_water_mark = 1000,
                      bool is_narrow = false) {
    net::socket_config options;
    options.send_high_water_mark = high_water_mark;
    real_endpoint = loop.start_router(endpoint, options);
    if (is_narrow)
      client.make_narrow();
    client.socket.connect(real_endpoint);
    client.request("hello");
    name = loop.sink.wait_for<io::router_input>().routing_id;
  }

  running_loop loop;
  bare_peer client;
  std::string real_endpoint;
  frame name;
};

/// The mask of blocked signals of each thread of this process with that name. One that has been joined can
/// be listed for another moment, and has no mask any more.
std::vector<unsigned long long> blocked_signals(const std::string& thread_name) {
  std::vector<unsigned long long> masks;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    std::string line;
    std::string name;
    bool is_dead = false;
    while (std::getline(status, line)) {
      if (line.starts_with("Name:\t"))
        name = line.substr(6);
      if (line.starts_with("State:\tX") || line.starts_with("State:\tZ"))
        is_dead = true;
      if (line.starts_with("SigBlk:\t") && name == thread_name && !is_dead)
        masks.push_back(std::stoull(line.substr(8), nullptr, 16));
    }
  }
  return masks;
}

} // namespace

TEST_CASE("a loop that was asked to stop says so last, and once") {
  running_loop loop;
  loop.start_router();
  loop.stop();
  CHECK(loop.sink.reason() == io::loop_end::stopped);
  CHECK(loop.sink.what().empty());
}

TEST_CASE("a loop stops before it has opened anything, and without being asked to") {
  SUBCASE("stop is the first command") {
    running_loop loop;
    loop.push(io::stop_loop{});
    loop.start();
    loop.loop.join();
    CHECK(loop.sink.reason() == io::loop_end::stopped);
  }
  SUBCASE("its owner just goes") {
    recording_sink sink;
    {
      io::socket_loop loop(sink);
      loop.start();
    }
    CHECK(sink.is_stopped());
    CHECK(sink.reason() == io::loop_end::stopped);
  }
  SUBCASE("it was never started") {
    recording_sink sink;
    { const io::socket_loop loop(sink); }
    CHECK_FALSE(sink.is_stopped());
  }
  SUBCASE("a socket is opened behind the stop") {
    running_loop loop;
    loop.push(io::stop_loop{});
    loop.push(io::open_router{router_id, {std::string(any_tcp_port)}, {}, {}});
    loop.start();
    loop.loop.join();
    CHECK(loop.sink.all<io::bound>().size() == 1);
  }
}

TEST_CASE("what was pushed before the stop is sent, ten times") {
  for (int round = 0; round < 10; ++round) {
    one_client one;
    constexpr int count = 2000;
    for (int i = 0; i < count; ++i)
      one.loop.send(one.name, peer_id{1}, text(std::to_string(i)));
    one.loop.push(io::stop_loop{patience});
    for (int i = 0; i < count; ++i)
      REQUIRE(one.client.receive() == std::vector{std::to_string(i)});
    one.loop.loop.join();
    CHECK(one.loop.sink.reason() == io::loop_end::stopped);
    CHECK(one.loop.sink.all<io::peer_unreachable>().empty());
  }
}

TEST_CASE("a peer that does not read holds up a stop for the grace and no longer, ten times") {
  for (int round = 0; round < 10; ++round) {
    const temporary_folder folder;
    one_client one("ipc://" + folder.path() + "/router", 5, true);
    const frame body(std::string(32U << 10U, 'b'));
    for (int i = 0; i < 200; ++i)
      one.loop.send(one.name, peer_id{1}, message{body});
    const auto start = std::chrono::steady_clock::now();
    one.loop.stop(100ms);
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(took >= 100ms);
    CHECK(took < patience / 2);
    CHECK(one.loop.sink.reason() == io::loop_end::stopped);
    const auto lost = one.loop.sink.all<io::peer_unreachable>();
    REQUIRE(lost.size() == 1); // what was still parked is not gone without a word
    CHECK(lost[0].reason == io::unreachable_reason::ended);
    CHECK(lost[0].dropped_messages > 100);
  }
}

TEST_CASE("a second stop ends the waiting of the first") {
  const temporary_folder folder;
  one_client one("ipc://" + folder.path() + "/router", 5, true);
  const frame body(std::string(32U << 10U, 'b'));
  for (int i = 0; i < 200; ++i)
    one.loop.send(one.name, peer_id{1}, message{body});
  const auto start = std::chrono::steady_clock::now();
  one.loop.push(io::stop_loop{1h});
  one.loop.stop();
  CHECK(std::chrono::steady_clock::now() - start < 10min);
}

TEST_CASE("when a loop has ended its port is free for the next, ten times") {
  std::string endpoint(any_tcp_port);
  for (int round = 0; round < 10; ++round) {
    one_client one(endpoint);
    if (round > 0)
      CHECK(one.real_endpoint == endpoint);
    endpoint = one.real_endpoint;
    one.loop.send(one.name, peer_id{1}, text("bye"));
    one.loop.stop(patience);
    CHECK(one.client.receive() == std::vector<std::string>{"bye"});
  }
}

TEST_CASE(
  "an exception ends the loop in order: sockets closed, port free, and the last word said") {
  std::string endpoint;
  {
    running_loop loop;
    loop.sink.on_batch = [](std::vector<io::loop_report>& batch) {
      if (std::holds_alternative<io::router_input>(batch.front()))
        throw std::runtime_error("the sink broke");
    };
    endpoint = loop.start_router();
    bare_peer client;
    client.socket.connect(endpoint);
    client.request("hello");
    loop.loop.join();
    CHECK(loop.sink.is_stopped());
    CHECK(loop.sink.reason() == io::loop_end::failed);
    CHECK(loop.sink.what() == "the sink broke");
  }
  running_loop next;
  CHECK(next.start_router(endpoint) == endpoint);
}

TEST_CASE("what is thrown need not be an exception") {
  running_loop loop;
  loop.sink.on_run_pending = []() -> bool { throw 42; };
  loop.push(io::close_socket{});
  loop.start();
  loop.loop.join();
  CHECK(loop.sink.reason() == io::loop_end::failed);
  CHECK_FALSE(loop.sink.what().empty());
}

TEST_CASE("T24: all signals are blocked in the loop's thread, and not in its maker's") {
  sigset_t before;
  REQUIRE(pthread_sigmask(SIG_SETMASK, nullptr, &before) == 0);
  running_loop loop;
  loop.start_router();
  // A thread of libzmq's has its maker's name until it gives itself another.
  const auto masks = blocked_signals("mdp-loop");
  REQUIRE_FALSE(masks.empty());
  for (const auto mask : masks) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD, SIGPIPE})
      CHECK((mask >> (signal - 1) & 1U) == 1);
  }
  sigset_t after;
  REQUIRE(pthread_sigmask(SIG_SETMASK, nullptr, &after) == 0);
  CHECK(sigismember(&after, SIGTERM) == sigismember(&before, SIGTERM));
}
