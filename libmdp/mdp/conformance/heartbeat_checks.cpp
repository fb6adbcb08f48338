#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/dense_talk.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"
#include "mdp/net/steady_now.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace mdp::conformance {

namespace {

constexpr auto watched = defaults::conformance_watched_intervals;

/// Watches until half of what should come has come within a while: a machine under load is late, a broker
/// that does not beat sends none, however often one looks.
std::string expect_regular(broker_stage& stage, wire_worker& worker) {
  std::string seen;
  for (std::uint32_t watch = 0; watch < defaults::conformance_watches; ++watch) {
    const auto beats = worker.count_beats(stage.intervals(watched));
    seen = std::to_string(beats) + " heartbeats in " + std::to_string(watched) + " intervals";
    if (beats >= watched / 2)
      return seen;
  }
  throw deviation(seen);
}

std::string beats_for_the_idle(broker_stage& stage, version v) {
  wire_worker worker(stage, v, stage.new_name());
  return expect_regular(stage, worker);
}

std::string beats_for_the_busy(broker_stage& stage, version v) {
  const auto service = stage.new_name();
  wire_worker worker(stage, v, service);
  wire_client client(stage, v);
  client.ask(service, {"x"});
  const auto request = worker.next_request();
  const auto seen = expect_regular(stage, worker);
  worker.answer(request, {"the answer"});
  client.expect_ending("the answer");
  return seen;
}

/// Requests and answers at a pace of two an interval.
class dialogue {
public:
  dialogue(broker_stage& stage, version v)
      : stage_(stage),
        version_(v),
        service_(stage.new_name()),
        worker_(stage, v, service_),
        client_(stage, v),
        talk_(stage.set().heartbeat, stage.set().patience) {
    worker_.keep_beating = false;
    worker_.talks = true;
  }

  /// One request, its answer, and a pause in which the worker may beat once.
  void exchange(bool worker_beats) {
    const auto text = stage_.new_name();
    const auto asked = net::steady_now();
    stage_.note_late_words(); // from here on it is the broker's turn
    client_.ask(service_, {text});
    const auto request = worker_.next_request();
    talk_.heard(request.beats);
    talk_.arrived(asked);
    worker_.answer(request, {text});
    client_.await_ending(text);
    if (worker_beats)
      worker_.beat();
    const auto pause_ends = net::steady_now() + stage_.set().heartbeat / 2;
    while (const auto message = worker_.next(pause_ends)) {
      if (read_worker_message(version_, *message).what == command::disconnect)
        throw deviation("the worker got DISCONNECT");
      talk_.heard(1);
    }
  }

  [[nodiscard]] const dense_talk& so_far() const noexcept { return talk_; }

private:
  broker_stage& stage_;
  version version_;
  std::string service_;
  wire_worker worker_;
  wire_client client_;
  dense_talk talk_;
};

std::string answers_count(broker_stage& stage, version v) {
  dialogue talk(stage, v);
  const auto until = net::steady_now() + stage.expiry();
  while (net::steady_now() < until)
    talk.exchange(false);
  return "a worker without heartbeats was served for " +
         std::to_string(stage.expiry() / stage.set().heartbeat) + " intervals";
}

std::string no_surplus_beats(broker_stage& stage, version v) {
  dialogue talk(stage, v);
  while (talk.so_far().time() < stage.intervals(watched + 1))
    talk.exchange(true);
  const auto seen = std::to_string(talk.so_far().surplus()) + " heartbeats in " +
                    std::to_string(watched + 1) + " intervals full of requests";
  if (talk.so_far().surplus() > watched / 2)
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
