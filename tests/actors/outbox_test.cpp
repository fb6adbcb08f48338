#include "mdp/actors/io/outbox.hpp"

#include <doctest/doctest.h>
#include <poll.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace mdp;
using namespace mdp::actors::io;

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t pushes_a_thread = 20'000;
#else
constexpr std::uint64_t pushes_a_thread = 250'000;
#endif

loop_command data(std::uint64_t number, std::string_view body = "x") {
  return send_frames{socket_id{1}, peer_id{number}, frame(), message{frame(body)}};
}

bool is_signalled(outbox& box) {
  pollfd item{box.wake().fd(), POLLIN, 0};
  return ::poll(&item, 1, 0) == 1;
}

std::vector<loop_command> take(outbox& box) {
  std::vector<loop_command> commands;
  box.swap_into(commands);
  return commands;
}

} // namespace

TEST_CASE("commands come out whole and in the order in which they went in") {
  outbox box;
  for (std::uint64_t i = 0; i < 10; ++i)
    REQUIRE(box.push(data(i)));
  REQUIRE(box.push(stop_loop{}));
  const auto commands = take(box);
  REQUIRE(commands.size() == 11);
  for (std::uint64_t i = 0; i < 10; ++i)
    CHECK(std::get<send_frames>(commands[i]).peer == peer_id{i});
  CHECK(std::holds_alternative<stop_loop>(commands.back()));
  CHECK(take(box).empty());
}

TEST_CASE("only the push into an empty box wakes the loop") {
  outbox box;
  REQUIRE(box.push(data(1)));
  CHECK(is_signalled(box));
  box.wake().drain();
  REQUIRE(box.push(data(2)));
  CHECK_FALSE(is_signalled(box));
  CHECK(take(box).size() == 2);
  REQUIRE(box.push(data(3)));
  CHECK(is_signalled(box));
}

TEST_CASE("the loop's own pushes do not wake it") {
  outbox box;
  box.set_loop_thread(std::this_thread::get_id());
  REQUIRE(box.push(data(1)));
  CHECK_FALSE(is_signalled(box));
  // Whoever comes second need not wake it either: the loop looks into the box before it sleeps.
  std::thread other([&] { CHECK(box.push(data(2))); });
  other.join();
  CHECK_FALSE(is_signalled(box));
  CHECK(take(box).size() == 2);
  std::thread another([&] { CHECK(box.push(data(3))); });
  another.join();
  CHECK(is_signalled(box));
}

TEST_CASE("T16 a full box refuses data and still takes control") {
  SUBCASE("by number") {
    outbox box({.max_commands = 2, .max_bytes = 1'000'000});
    CHECK(box.push(data(1)));
    CHECK(box.push(data(2)));
    CHECK_FALSE(box.push(data(3)));
    CHECK(box.push(forget_peer{}));
    CHECK(box.push(stop_loop{}));
    CHECK(take(box).size() == 4);
    CHECK(box.push(data(4)));
  }
  SUBCASE("by bytes") {
    outbox box({.max_commands = 1000, .max_bytes = 1000});
    CHECK(box.push(data(1, std::string(600, 'x'))));
    CHECK_FALSE(box.push(data(2, std::string(600, 'x'))));
    CHECK(box.push(data(3)));
    CHECK(box.push(close_socket{}));
    CHECK(take(box).size() == 3);
    CHECK(box.push(data(4, std::string(600, 'x'))));
  }
}

TEST_CASE("G5 a million pushes from four threads all arrive, in order, and no wake-up is lost") {
  constexpr std::uint64_t threads = 4;
  outbox box({.max_commands = threads * pushes_a_thread, .max_bytes = SIZE_MAX});
  std::vector<std::thread> pushers;
  for (std::uint64_t t = 0; t < threads; ++t) {
    pushers.emplace_back([&box, t] {
      for (std::uint64_t i = 0; i < pushes_a_thread; ++i) {
        if (!box.push(data(t * pushes_a_thread + i)))
          return; // the count below will tell
      }
    });
  }

  box.set_loop_thread(std::this_thread::get_id());
  std::vector<std::uint64_t> next(threads, 0);
  std::uint64_t received = 0;
  bool is_in_order = true;
  while (received < threads * pushes_a_thread) {
    // Without a spurious look: a lost wake-up would leave commands in the box and time out.
    pollfd item{box.wake().fd(), POLLIN, 0};
    if (::poll(&item, 1, 20'000) != 1)
      break;
    box.wake().drain();
    for (const auto& command : take(box)) {
      const auto number = std::get<send_frames>(command).peer.value;
      is_in_order = is_in_order && next[number / pushes_a_thread]++ == number % pushes_a_thread;
      ++received;
    }
  }
  for (auto& pusher : pushers)
    pusher.join();
  CHECK(received == threads * pushes_a_thread);
  CHECK(is_in_order);
}
