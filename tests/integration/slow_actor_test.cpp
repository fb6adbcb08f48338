#include "integration/open_broker.hpp"
#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/defaults.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

constexpr auto version = wire::protocol_version::v0_2;

/// Keeps a service's queue in its turn, on a thread that is not the loop's, as long as it lives: on one that counts as
/// another loop's, as the broker's own resumes what anybody else wakes.
class held_queue {
public:
  held_queue(const open_broker& broker, const std::string& service) {
    const auto is_held = std::make_shared<std::promise<void>>();
    auto held = is_held->get_future();
    thread_ = std::thread([this, is_held, registry = broker.registry(), service] {
      loop_unit unit(registry.home_system(), [] {});
      static_cast<void>(unit.run()); // it is this thread's from now on
      post_on(unit, registry,
              preview_job{service, {}, [&](const std::optional<engine::worker_report>&) {
                            is_held->set_value();
                            until_.wait();
                          }});
      while (unit.run())
        ;
    });
    held.wait();
  }
  ~held_queue() {
    go_on_.set_value();
    thread_.join();
  }
  held_queue(const held_queue&) = delete;
  held_queue& operator=(const held_queue&) = delete;

private:
  std::promise<void> go_on_;
  std::shared_future<void> until_ = go_on_.get_future().share();
  std::thread thread_;
};

/// A DEALER that says and hears what it is told to.
class bare_dealer {
public:
  explicit bare_dealer(const std::string& endpoint) {
    socket_.set(zmq::sockopt::sndhwm, 0);
    socket_.set(zmq::sockopt::rcvhwm, 0);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvtimeo, 60'000);
    socket_.connect(endpoint);
  }

  void say(const message& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto bytes = frames[i].bytes();
      REQUIRE(socket_.send(zmq::buffer(bytes.data(), bytes.size()), i + 1 < frames.size()
                                                                      ? zmq::send_flags::sndmore
                                                                      : zmq::send_flags::none));
    }
  }

  message hear() {
    std::vector<zmq::message_t> parts;
    REQUIRE(zmq::recv_multipart(socket_, std::back_inserter(parts)));
    message frames;
    for (const auto& part : parts)
      frames.append(frame(part.to_string_view()));
    return frames;
  }

private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
};

} // namespace

TEST_CASE("T16 while a queue is behind the loop reads a bounded number of its worker's messages") {
  constexpr std::size_t many = 4 * defaults::max_open_load;
  // What a turn had read when there was room last.
  constexpr std::size_t bound = defaults::max_open_load + 2 * defaults::turn_max_messages;
  static_assert(bound < many);
  const open_broker broker;
  bare_dealer worker(broker.endpoint());
  bare_dealer client(broker.endpoint());
  worker.say(encode(wire::from_worker{wire::worker_ready{"streams"}}, version));
  client.say(encode(wire::client_request{{{}, false}, "streams", {frame("go")}}, version));
  auto told = wire::decode_at_worker(worker.hear(), version, {});
  REQUIRE(told.has_value());
  const auto address = std::get<wire::worker_request>(*told).address;
  {
    const held_queue held(broker, "streams");
    for (std::size_t i = 0; i < many; ++i)
      worker.say(
        encode(wire::from_worker{wire::worker_partial{address, {frame("part")}}}, version));
    worker.say(encode(wire::from_worker{wire::worker_final{address, {frame("end")}}}, version));
    REQUIRE(eventually([&] { return broker.load() >= defaults::max_open_load; }));
    CHECK_FALSE(eventually([&] { return broker.load() > bound; }, 200ms));
  }
  std::size_t parts = 0;
  const auto is_part = [](const message& reply) { return reply[reply.size() - 1] == "part"; };
  while (is_part(client.hear()))
    ++parts;
  CHECK(parts == many);
  CHECK(eventually([&] { return broker.counters().answered.value() == 1; }));
  CHECK(eventually([&] { return broker.load() == 0; }));
}
