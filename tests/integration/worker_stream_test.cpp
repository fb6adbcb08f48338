#include "mdp/actors/runtime/worker_runtime.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <atomic>
#include <chrono>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// A worker of ours and a broker on a bare ROUTER, which reads when it likes.

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

/// The next message that is no HEARTBEAT, as texts, the routing id first.
std::vector<std::string> next_of(zmq::socket_t& router) {
  for (;;) {
    std::vector<zmq::message_t> parts;
    REQUIRE(zmq::recv_multipart(router, std::back_inserter(parts)));
    std::vector<std::string> texts;
    for (const auto& part : parts)
      texts.emplace_back(part.to_string());
    REQUIRE(texts.size() >= 3);
    if (texts[2] != "\x05")
      return texts;
  }
}

} // namespace

TEST_CASE("18-10 a handler that streams faster than its broker reads waits, and nothing is lost") {
  constexpr int count = 80'000; // 80 MB: more than the worker, libzmq and TCP hold without a reader
  std::atomic<int> sent = 0;
  zmq::context_t context;
  zmq::socket_t router(context, zmq::socket_type::router);
  router.set(zmq::sockopt::rcvtimeo, 20'000);
  router.set(zmq::sockopt::linger, 0);
  router.set(zmq::sockopt::rcvbuf, 64 * 1024); // small, whatever the system would think best
  router.bind("tcp://127.0.0.1:*");

  actors::worker_config config;
  config.brokers = {router.get(zmq::sockopt::last_endpoint)};
  config.service = "count";
  config.heartbeat.interval = 1min; // we do not beat
  config.work = [&](const message&, const send_part_function& send_part) {
    for (int i = 0; i < count; ++i) {
      if (!send_part({frame(std::to_string(i)), frame(std::string(1000, '.'))}))
        return message{frame("broken off")};
      ++sent;
    }
    return message{frame("end")};
  };
  actors::worker_runtime worker(std::move(config));
  worker.start();

  const auto ready = next_of(router);
  REQUIRE(ready[2] == "\x01");
  for (const std::string_view part : {std::string_view(ready[0]), std::string_view("MDPW02"),
                                      std::string_view("\x02"), std::string_view("client")})
    router.send(zmq::buffer(part), zmq::send_flags::sndmore);
  router.send(zmq::message_t(), zmq::send_flags::sndmore);
  router.send(zmq::str_buffer("go"), zmq::send_flags::none);

  // Nobody reads for a while: a handler that does not wait sends all it has, or loses the conversation.
  CHECK(eventually([&] { return sent > 2000; }));
  CHECK_FALSE(eventually([&] { return sent == count; }, 1s));
  for (int i = 0; i < count; ++i) {
    const auto part = next_of(router);
    REQUIRE(part.size() == 7);
    REQUIRE(part[2] == "\x03");
    REQUIRE(part[5] == std::to_string(i));
  }
  const auto end = next_of(router);
  CHECK(end[2] == "\x04");
  CHECK(end.back() == "end");
}
