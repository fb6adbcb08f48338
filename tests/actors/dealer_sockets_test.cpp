#include "mdp/actors/io/dealer_sockets.hpp"
#include "mdp/actors/io/outbox.hpp"
#include "mdp/actors/user_messages.hpp"
#include "support/deterministic_system.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

constexpr socket_id its_socket{3};

/// Stands where the I/O actor does, with the real half that serves a worker's connections.
struct stand_state {
  using handle = actors::io_actor;
  static constexpr const char* name = "stand";
  static constexpr actors::run_on where = actors::run_on::scheduler;

  stand_state(handle::pointer self, std::shared_ptr<actors::worker_counters> counters,
              std::shared_ptr<actors::io::outbox> box)
      : outbox(std::move(box)), sockets(self, {}, {}, std::move(counters)) {
    sockets.use_outbox(*outbox);
  }

  handle::behavior_type make_behavior() {
    return {
      [](actors::stop) {},
      [this](actors::loop_reported& news) {
        for (auto& report : news.reports) {
          if (auto* input = std::get_if<actors::io::worker_input>(&report))
            sockets.on_worker_input(*input, nullptr);
          else if (auto* invalid = std::get_if<actors::io::invalid_input>(&report))
            sockets.on_invalid(*invalid);
          else if (auto* failed = std::get_if<actors::io::handshake_failed>(&report))
            sockets.on_handshake_failed(*failed);
          else
            sockets.on_unreachable(std::get<actors::io::peer_unreachable>(report));
        }
      },
      [](const actors::loop_ended&) {},
      [](const actors::serve_peers&) {},
      [](const actors::doors_opened&) {},
      [](const actors::peer_ended&) {},
      [](const actors::release_peer&) {},
      [](actors::deadline_due) {},
      [](actors::keys_changed) {},
      [this](actors::open_socket& request) { sockets.open(request, its_socket); },
      [this](actors::send_on_socket& request) { sockets.send(request); },
      [this](const actors::close_owned_socket& request) { sockets.close(request); },
    };
  }

  std::shared_ptr<actors::io::outbox> outbox;
  actors::io::dealer_sockets sockets;
};

/// One socket and the worker peer that owns it; the test plays the loop.
struct fixture {
  explicit fixture(actors::io::outbox::limits room = {})
      : outbox(std::make_shared<actors::io::outbox>(room)) {
    system.send(io,
                actors::open_socket{"tcp://broker", wire::protocol_version::v0_2, worker.handle()});
  }

  ~fixture() {
    caf::anon_send_exit(io, caf::exit_reason::user_shutdown);
    system.run();
  }

  template <class Report>
  void loop_says(Report report) {
    std::vector<actors::io::loop_report> batch;
    batch.emplace_back(std::move(report));
    system.send(io, actors::loop_reported{std::move(batch), nullptr});
  }

  void broker_says_something() {
    loop_says(actors::io::worker_input{its_socket, wire::heartbeat{}, system.now()});
  }

  template <class Command>
  std::size_t commands() {
    std::vector<actors::io::loop_command> all;
    outbox->swap_into(all);
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& each) {
      return std::holds_alternative<Command>(each);
    }));
  }

  deterministic_system system;
  std::shared_ptr<actors::worker_counters> counters = std::make_shared<actors::worker_counters>();
  std::shared_ptr<actors::io::outbox> outbox;
  recorder<actors::worker_peer_actor, actors::stop, actors::sink_lost, actors::sink_loaded,
           actors::job_answered, actors::answers_ready, actors::socket_opened,
           actors::socket_failed, actors::connection_refused, actors::broker_told_worker,
           actors::invalid_arrived, actors::deadline_due>
    worker{system};
  actors::io_actor io = actors::spawn_state<stand_state>(system.actors(), counters, outbox);
};

} // namespace

TEST_CASE_FIXTURE(fixture, "what comes for a socket that was closed meanwhile is counted") {
  broker_says_something();
  CHECK(worker.take_only<actors::broker_told_worker>().size() == 1);
  system.send(io, actors::close_owned_socket{its_socket, 0s, 1});
  CHECK(commands<actors::io::close_socket>() == 1);
  CHECK(counters->late_messages.value() == 0);
  broker_says_something();
  loop_says(actors::io::invalid_input{
    its_socket, {}, wire::decode_error::unknown_header, {}, system.now()});
  CHECK(counters->late_messages.value() == 2);
  CHECK(worker.take().empty());
}

TEST_CASE_FIXTURE(fixture, "what the owner of a socket had not read when it ended is counted") {
  for (int i = 0; i < 5; ++i)
    broker_says_something();
  system.send(io, actors::close_owned_socket{its_socket, 0s, 2});
  CHECK(counters->late_messages.value() == 3);
}

TEST_CASE_FIXTURE(fixture,
                  "what is sent on a socket that is closed, or does not reach its broker, is "
                  "counted") {
  loop_says(actors::io::peer_unreachable{
    its_socket, {}, {}, actors::io::unreachable_reason::too_slow, 7, std::nullopt});
  CHECK(counters->undelivered.value() == 7);
  CHECK(worker.take_only<actors::socket_failed>().size() == 1);
  system.send(io, actors::close_owned_socket{its_socket});
  system.send(io, actors::send_on_socket{its_socket, {frame("late")}});
  CHECK(counters->undelivered.value() == 8);
  CHECK(commands<actors::io::send_frames>() == 0);
}

TEST_CASE_FIXTURE(fixture, "who is not let in hears why, and whether it is over") {
  loop_says(actors::io::handshake_failed{its_socket, net::handshake_end::broken});
  loop_says(actors::io::handshake_failed{its_socket, net::handshake_end::refused});
  const auto told = worker.take_only<actors::connection_refused>();
  REQUIRE(told.size() == 2);
  CHECK(told[0].why.find("the handshake failed") != std::string::npos);
  CHECK_FALSE(told[0].is_final);
  CHECK(told[1].why.find("refuses this address") != std::string::npos);
  CHECK(told[1].is_final);
  CHECK(counters->failed_handshakes.value() == 2);
}

TEST_CASE("what the loop has no room for is counted, and its sender hears of it") {
  fixture f({.max_commands = 1, .max_bytes = 1'000});
  f.system.send(f.io, actors::send_on_socket{its_socket, {frame("x")}});
  CHECK(f.counters->outbox_refused.value() == 1);
  CHECK(f.worker.take_only<actors::socket_failed>().size() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "the socket of an owner that failed is closed, and nobody speaks for it") {
  static_cast<void>(commands<actors::io::close_socket>());
  caf::anon_send_exit(worker.handle(), caf::exit_reason::unhandled_exception);
  system.run();
  CHECK(commands<actors::io::close_socket>() == 1);
  broker_says_something();
  CHECK(counters->late_messages.value() == 1);
}
