#include "mdp/actors/broker/service_queue.hpp"
#include "mdp/actors/routing_messages.hpp"
#include "support/deterministic_system.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <memory>

// A queue whose actor failed of a message, which is lost with it. That it comes back without having
// lost anything when it was merely killed is in broker_flow_test.cpp.

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

using sink_recorder = recorder<job_sink_actor, stop, sink_accepted, assign_job>;
using registry_recorder =
  recorder<service_registry_actor, stop, submit_job, submit_pinned_job, cancel_job, register_sink,
           preview_job, queue_idle, queue_restarted, service_staffed, job_died, survey_services,
           drain_services, queue_drained>;

struct fixture {
  deterministic_system system;
  registry_recorder registry{system};
  sink_recorder sink{system};
  std::shared_ptr<queue_store> store =
    std::make_shared<queue_store>("echo", engine::queue_config{}, nullptr);
  std::shared_ptr<service_queue_state::surroundings> around =
    std::make_shared<service_queue_state::surroundings>(
      service_queue_state::surroundings{registry.handle(), std::make_shared<broker_counters>()});

  service_queue_actor start() {
    auto queue = spawn_state<service_queue_state>(system.actors(), around, store);
    system.run();
    return queue;
  }

  static engine::job job(std::uint64_t sequence) {
    return {{peer_id{1}, sequence}, frame("client"), {frame("x")}, never};
  }
};

} // namespace

TEST_CASE_FIXTURE(
  fixture, "a queue that failed of a message tells its sinks to go, as an answer may be lost") {
  auto queue = start();
  system.send(queue, register_sink{"echo", sink_id{7}, 1, sink.handle(), nullptr});
  system.send(queue, submit_job{"echo", job(1), {}});
  system.send(queue, submit_job{"echo", job(2), {}});
  CHECK(sink.take_only<assign_job>().size() == 1);

  store->is_at_work = true; // as if it had thrown
  caf::anon_send_exit(queue, caf::exit_reason::kill);
  system.run();
  queue = start();
  CHECK(sink.take_only<stop>().size() == 1);
  CHECK(store->engine.waiting() == 2);
  CHECK(store->engine.sinks() == 0);

  sink_recorder another(system);
  system.send(queue, register_sink{"echo", sink_id{8}, 9, another.handle(), nullptr});
  const auto jobs = another.take_only<assign_job>();
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].id == job(1).id);
  CHECK(jobs[0].attempt == 2);
  system.send(queue, stop{});
  for (const auto& each : {sink.handle(), another.handle()})
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(registry.handle(), caf::exit_reason::user_shutdown);
  system.run();
}
