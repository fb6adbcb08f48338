#include "mdp/net/signal_set.hpp"
#include "mdp/net/wake_fd.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>

#include <chrono>
#include <string>
#include <thread>

using namespace mdp::net;
using namespace std::chrono_literals;

namespace {

/// Two sockets that are connected, the second in a set.
struct watched_pair {
  watched_pair() {
    left.bind("inproc://signal_set");
    right.connect("inproc://signal_set");
    REQUIRE(set.add(right));
    read_to_end(); // as the rule says, after a connect like after anything else
  }

  int read_to_end() {
    int count = 0;
    for (zmq::message_t part; right.recv(part, zmq::recv_flags::dontwait);)
      ++count;
    return count;
  }

  zmq::context_t context;
  zmq::socket_t left{context, zmq::socket_type::pair};
  zmq::socket_t right{context, zmq::socket_type::pair};
  wake_fd wake;
  signal_set set{wake};
};

} // namespace

TEST_CASE("a socket that was read to its end is signalled by what comes next, each time") {
  watched_pair pair;
  pair.set.wait(0ns);
  CHECK_FALSE(pair.set.is_signalled(0));
  for (int round = 0; round < 3; ++round) {
    pair.left.send(zmq::str_buffer("one"));
    pair.left.send(zmq::str_buffer("two"));
    pair.set.wait(std::nullopt);
    CHECK(pair.set.is_signalled(0));
    CHECK_FALSE(pair.set.is_woken());
    CHECK(pair.read_to_end() == 2);
    pair.set.wait(0ns);
    CHECK_FALSE(pair.set.is_signalled(0));
  }
}

TEST_CASE("a signal can be taken by any call on the socket, which is why it has to be read then") {
  watched_pair pair;
  pair.left.send(zmq::str_buffer("hello"));
  CHECK((pair.right.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0);
  pair.set.wait(0ns);
  CHECK_FALSE(pair.set.is_signalled(0)); // nothing would end a wait now
  CHECK(pair.read_to_end() == 1);
  pair.left.send(zmq::str_buffer("again"));
  pair.set.wait(std::nullopt);
  CHECK(pair.set.is_signalled(0));
}

TEST_CASE("a wake_fd ends a wait for sockets, and a wait for itself alone") {
  watched_pair pair;
  std::thread other([&] { pair.wake.signal(); });
  pair.set.wait(std::nullopt);
  CHECK(pair.set.is_woken());
  CHECK_FALSE(pair.set.is_signalled(0));
  other.join();
  pair.set.wait_for_wake(24h);
  CHECK(pair.set.is_woken());
  pair.wake.drain();
  pair.left.send(zmq::str_buffer("hello"));
  pair.set.wait_for_wake(0ns); // whatever the sockets have
  CHECK_FALSE(pair.set.is_woken());
}

TEST_CASE("a wait for signals ends with its time-out, and not before") {
  wake_fd wake;
  signal_set set(wake);
  const auto start = std::chrono::steady_clock::now();
  set.wait(1500us);
  CHECK_FALSE(set.is_woken());
  CHECK(std::chrono::steady_clock::now() - start >= 1500us);
}

TEST_CASE("a set without its sockets waits for the wake_fd alone") {
  watched_pair pair;
  pair.set.clear();
  pair.left.send(zmq::str_buffer("hello"));
  pair.set.wait(0ns);
  CHECK_FALSE(pair.set.is_woken());
}

TEST_CASE("the end of a context is a signal, and a socket of it cannot be watched any more") {
  watched_pair pair;
  pair.context.shutdown();
  pair.set.wait(std::nullopt);
  CHECK(pair.set.is_signalled(0));
  CHECK_THROWS_AS(pair.read_to_end(), zmq::error_t);
  CHECK_FALSE(pair.set.add(pair.right));
}
