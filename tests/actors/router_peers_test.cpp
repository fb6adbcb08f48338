#include "mdp/actors/broker/worker_connection.hpp"
#include "mdp/actors/io/outbox.hpp"
#include "mdp/actors/io/router_peers.hpp"
#include "mdp/actors/routing_messages.hpp"
#include "mdp/actors/user_messages.hpp"
#include "support/deterministic_system.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::test;

namespace {

constexpr socket_id router{1};
const frame peer("a peer");
const auto ready = wire::from_worker{wire::worker_ready{"echo"}};
const auto beat = wire::from_worker{wire::heartbeat{}};
const auto leave = wire::from_worker{wire::disconnect{}};

/// Stands where the I/O actor does, with the real half that serves a broker.
struct stand_state {
  using handle = actors::io_actor;
  static constexpr const char* name = "stand";
  static constexpr actors::run_on where = actors::run_on::scheduler;

  stand_state(handle::pointer self, std::shared_ptr<actors::broker_counters> counters,
              std::shared_ptr<actors::io::outbox> box, std::shared_ptr<std::size_t> known)
      : outbox(std::move(box)),
        peers_known(std::move(known)),
        peers(self, {}, std::move(counters)) {
    peers.use_socket(router);
    peers.use_outbox(*outbox);
  }

  handle::behavior_type make_behavior() {
    return {
      [](actors::stop) {},
      [this](actors::loop_reported& news) {
        for (auto& report : news.reports)
          peers.on_input(std::get<actors::io::router_input>(report), nullptr);
        *peers_known = peers.size();
      },
      [](const actors::loop_ended&) {},
      [this](actors::serve_peers& openers) { peers.use_openers(std::move(openers)); },
      [](const actors::doors_opened&) {},
      [this](const actors::peer_ended& news) {
        peers.end(news);
        *peers_known = peers.size();
      },
      [this](const actors::release_peer& request) { peers.release(request); },
      [](actors::deadline_due) {},
      [](const actors::open_socket&) {},
      [](const actors::send_on_socket&) {},
      [](const actors::close_owned_socket&) {},
      [](actors::keys_changed) {},
    };
  }

  std::shared_ptr<actors::io::outbox> outbox;
  std::shared_ptr<std::size_t> peers_known;
  actors::io::router_peers peers;
};

/// The I/O actor's half with real connections behind it; the test plays the loop and the registry.
struct fixture {
  fixture() {
    auto around = std::make_shared<actors::worker_connection_state::surroundings>();
    around->io = io;
    around->registry = registry.handle();
    around->counters = counters;
    system.send(
      io,
      actors::serve_peers{
        [](caf::local_actor&, const actors::new_peer&) { return actors::client_session_actor{}; },
        [this, around](caf::local_actor& parent, const actors::new_peer& who) {
          outlets.push_back(who.outlet);
          last = actors::spawn_state<actors::worker_connection_state>(parent, around, who);
          return last;
        },
      });
  }

  ~fixture() {
    if (last)
      system.send(last, actors::stop{}); // its heartbeats would go on for ever
    caf::anon_send_exit(io, caf::exit_reason::user_shutdown);
    system.run();
  }

  /// All of it arrives in one batch.
  void says(std::initializer_list<wire::from_worker> commands) {
    std::vector<actors::io::loop_report> batch;
    for (const auto& command : commands)
      batch.emplace_back(actors::io::router_input{
        router, peer, {wire::protocol_version::v0_2, command}, system.now()});
    system.send(io, actors::loop_reported{std::move(batch), nullptr});
  }

  deterministic_system system;
  std::shared_ptr<actors::broker_counters> counters = std::make_shared<actors::broker_counters>();
  std::shared_ptr<actors::io::outbox> outbox = std::make_shared<actors::io::outbox>();
  std::shared_ptr<std::size_t> known = std::make_shared<std::size_t>(0);
  recorder<actors::service_registry_actor, actors::stop, actors::submit_job,
           actors::submit_pinned_job, actors::cancel_job, actors::register_sink,
           actors::preview_job, actors::queue_idle, actors::queue_restarted,
           actors::service_staffed, actors::job_died, actors::survey_services,
           actors::drain_services, actors::queue_drained>
    registry{system};
  actors::io_actor io = actors::spawn_state<stand_state>(system.actors(), counters, outbox, known);
  actors::worker_connection_actor last;
  std::vector<std::shared_ptr<actors::peer_outlet>> outlets; // of all connections so far
};

} // namespace

TEST_CASE_FIXTURE(fixture, "what a worker said behind the message that ended it is counted") {
  says({ready, ready, beat, beat});
  CHECK(*known == 0);
  CHECK(counters->ended_workers.value(engine::worker_end::unexpected) == 1);
  CHECK(counters->unread.value() == 2);
  says({beat});
  CHECK(counters->ignored.value() == 1); // it was told
  CHECK(counters->unread.value() == 2);
}

TEST_CASE_FIXTURE(fixture,
                  "7-28 a goodbye behind the message that ended a worker is counted, too") {
  says({ready, ready, beat, leave, ready, beat});
  CHECK(counters->unread.value() == 2);
  CHECK(counters->workers.value() == 2);
  CHECK(*known == 1); // the second READY's conversation goes on
}

TEST_CASE_FIXTURE(fixture, "a worker that reads to its end leaves nothing to count") {
  says({ready, beat, leave});
  CHECK(*known == 0);
  CHECK(counters->ended_workers.value(engine::worker_end::left) == 1);
  CHECK(counters->unread.value() == 0);
  CHECK(counters->failed_peers.value() == 0);
}

TEST_CASE_FIXTURE(fixture, "T9 a worker whose actor failed is a stranger again, and told to go") {
  says({ready});
  REQUIRE(*known == 1);
  caf::anon_send_exit(last, caf::exit_reason::unhandled_exception);
  system.run();
  CHECK(*known == 0);
  CHECK(counters->failed_peers.value() == 1);
  says({beat});
  CHECK(counters->turned_away.value() == 1);
  says({ready, beat});
  CHECK(*known == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "7-28 what is said late to a worker that left does not reach the one it is now") {
  says({ready, leave, ready});
  REQUIRE(outlets.size() == 2);
  REQUIRE(*known == 1);
  CHECK(outlets[0]->send({frame("late")}));
  CHECK(counters->undelivered.value() == 1);
  CHECK(outlets[1]->send({frame("in time")}));
  CHECK(counters->undelivered.value() == 1);
}
