#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"
#include "mdp/net/steady_now.hpp"

namespace mdp::conformance {

namespace {

constexpr auto watched = defaults::conformance_watched_intervals;

/// Half of what should come: a machine under load is late, a broker that does not beat sends none.
std::string expect_regular(std::size_t beats) {
  const auto seen =
    std::to_string(beats) + " heartbeats in " + std::to_string(watched) + " intervals";
  if (beats < watched / 2)
    throw deviation(seen);
  return seen;
}

std::string beats_for_the_idle(broker_stage& stage, version v) {
  wire_worker worker(stage, v, stage.new_name());
  return expect_regular(worker.count_beats(stage.intervals(watched)));
}

std::string beats_for_the_busy(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  const auto request = worker.next_request();
  const auto seen = expect_regular(worker.count_beats(stage.intervals(watched)));
  worker.answer(request, {"the answer"});
  client.expect_ending("the answer");
  return seen;
}

/// Requests and answers at a pace of two an interval, for so many intervals; the heartbeats that the
/// worker got among them.
std::size_t talk(broker_stage& stage, version v, std::uint32_t intervals, bool worker_beats) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  worker.keep_beating = false;
  wire_client client(stage, v);
  std::size_t beats = 0;
  for (std::uint32_t i = 0; i < 2 * intervals; ++i) {
    const auto text = stage.new_name();
    client.ask(service, {text});
    worker.answer(worker.next_request(), {text});
    client.await_ending(text);
    if (worker_beats)
      worker.beat();
    const auto pause_ends = net::steady_now() + stage.set().heartbeat / 2;
    while (const auto message = worker.next(pause_ends)) {
      if (read_worker_message(v, *message).what == command::disconnect)
        throw deviation("the worker got DISCONNECT");
      ++beats;
    }
  }
  return beats;
}

std::string answers_count(broker_stage& stage, version v) {
  const auto intervals = stage.set().liveness + defaults::conformance_grace_intervals;
  static_cast<void>(talk(stage, v, intervals, false));
  return "a worker without heartbeats was served for " + std::to_string(intervals) + " intervals";
}

std::string no_surplus_beats(broker_stage& stage, version v) {
  const auto beats = talk(stage, v, watched, true);
  const auto seen = std::to_string(beats) + " heartbeats in " + std::to_string(watched) +
                    " intervals full of requests";
  if (beats > watched / 2)
    throw deviation(seen);
  return seen;
}

} // namespace

checks<broker_stage> heartbeat_checks() {
  using enum level;
  return {
    {"7-17", "18-9", must, "an idle worker gets heartbeats regularly, written as they should",
     beats_for_the_idle},
    {"7-38", "7-38", must, "a busy worker gets heartbeats regularly", beats_for_the_busy},
    {"7-36", "7-36", text, "answers count as heartbeats", answers_count},
    {"7-37", "7-37", should, "there are no heartbeats while there are requests", no_surplus_beats},
  };
}

} // namespace mdp::conformance
