#include "integration/open_broker.hpp"
#include "mdp/peers/peer_defaults.hpp"
#include "mdp/wire/encode.hpp"
#include "support/eventually.hpp"

#include <caf/actor_cast.hpp>
#include <doctest/doctest.h>
#include <zmq.hpp>

#include <cstddef>
#include <future>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

/// Keeps the supervisor of the broker's peers from reading its mailbox as long as it lives.
class held_supervisor {
public:
  explicit held_supervisor(const open_broker& broker) {
    auto is_held = std::make_shared<std::promise<void>>();
    auto held = is_held->get_future();
    post(caf::actor_cast<supervisor_actor>(broker.find("peers").at(0)),
         list_children{[is_held, until = go_on_.get_future().share()](std::vector<running_child>) {
           is_held->set_value();
           until.wait();
         }});
    held.wait();
  }
  ~held_supervisor() { go_on_.set_value(); }
  held_supervisor(const held_supervisor&) = delete;
  held_supervisor& operator=(const held_supervisor&) = delete;

private:
  std::promise<void> go_on_;
};

/// A worker that begins one conversation after the other.
class restless_worker {
public:
  explicit restless_worker(const std::string& endpoint) {
    socket_.set(zmq::sockopt::sndhwm, 0);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.connect(endpoint);
  }

  void comes_and_goes(std::size_t times) {
    for (; times > 0; --times) {
      say(wire::worker_ready{"storm"});
      say(wire::disconnect{});
    }
  }

private:
  void say(wire::from_worker command) {
    const auto frames = wire::encode(std::move(command), wire::protocol_version::v0_2);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto bytes = frames[i].bytes();
      REQUIRE(socket_.send(zmq::buffer(bytes.data(), bytes.size()), i + 1 < frames.size()
                                                                      ? zmq::send_flags::sndmore
                                                                      : zmq::send_flags::none));
    }
  }

  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
};

} // namespace

TEST_CASE(
  "T8 T16 while the supervisor of peers is behind the loop reads no more, and goes on later") {
  constexpr std::size_t many = 4 * defaults::max_open_adoptions;
  // What a turn had read when there was room last.
  constexpr std::size_t bound =
    defaults::max_open_adoptions + defaults::max_open_load + defaults::turn_max_messages;
  static_assert(bound < many);
  const open_broker broker;
  restless_worker worker(broker.endpoint());
  {
    const held_supervisor held(broker);
    worker.comes_and_goes(many);
    REQUIRE(eventually([&] { return broker.adoptions() >= defaults::max_open_adoptions; }));
    CHECK_FALSE(eventually([&] { return broker.adoptions() > bound; }, 200ms));
    CHECK(broker.counters().workers.value() <= bound);
  }
  CHECK(eventually([&] { return broker.counters().workers.value() == many; }));
  CHECK(eventually([&] { return broker.adoptions() == 0; }));
}
