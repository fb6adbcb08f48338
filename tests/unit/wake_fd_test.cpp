#include "mdp/net/poll_set.hpp"
#include "mdp/net/wake_fd.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>

#include <chrono>
#include <thread>

using namespace mdp::net;
using namespace std::chrono_literals;

namespace {

bool is_readable(const wake_fd& wake) {
  pollfd item{wake.fd(), POLLIN, 0};
  return ::poll(&item, 1, 0) == 1;
}

} // namespace

TEST_CASE("a wake_fd is readable from a signal until it is drained") {
  wake_fd wake;
  CHECK_FALSE(is_readable(wake));
  wake.signal();
  CHECK(is_readable(wake));
  wake.drain();
  CHECK_FALSE(is_readable(wake));
}

TEST_CASE("many signals are drained at once") {
  wake_fd wake;
  for (int i = 0; i < 1000; ++i)
    wake.signal();
  wake.drain();
  CHECK_FALSE(is_readable(wake));
}

TEST_CASE("draining what was not signalled does not block") {
  wake_fd wake;
  wake.drain();
  CHECK_FALSE(is_readable(wake));
}

TEST_CASE("a wake_fd does not survive into a child process") {
  const wake_fd wake;
  CHECK((::fcntl(wake.fd(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(wake.fd(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_CASE("a signal from another thread ends a wait") {
  wake_fd wake;
  poll_set poll(wake);
  std::thread other([&] { wake.signal(); });
  CHECK(poll.wait(std::nullopt));
  CHECK(poll.is_woken());
  other.join();
}

TEST_CASE("a wait ends with its time-out, and not before") {
  wake_fd wake;
  poll_set poll(wake);
  const auto start = std::chrono::steady_clock::now();
  CHECK(poll.wait(1500us));
  CHECK_FALSE(poll.is_woken());
  CHECK(std::chrono::steady_clock::now() - start >= 1500us);
}

TEST_CASE("a poll set tells which socket has input") {
  zmq::context_t context;
  zmq::socket_t left(context, zmq::socket_type::pair);
  zmq::socket_t right(context, zmq::socket_type::pair);
  left.bind("inproc://poll_set");
  right.connect("inproc://poll_set");

  wake_fd wake;
  poll_set poll(wake);
  poll.add(left);
  poll.add(right);
  REQUIRE(poll.wait(0ns));
  CHECK_FALSE(poll.is_readable(0));
  CHECK_FALSE(poll.is_readable(1));

  left.send(zmq::str_buffer("hello"));
  REQUIRE(poll.wait(std::nullopt));
  CHECK_FALSE(poll.is_readable(0));
  CHECK(poll.is_readable(1));
  CHECK_FALSE(poll.is_woken());

  poll.clear();
  REQUIRE(poll.wait(0ns));
  CHECK_FALSE(poll.is_woken());
}

TEST_CASE("a wait says that the context ends") {
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  wake_fd wake;
  poll_set poll(wake);
  poll.add(socket);
  context.shutdown();
  CHECK_FALSE(poll.wait(std::nullopt));
}
