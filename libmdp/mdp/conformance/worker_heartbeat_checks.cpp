#include "mdp/conformance/dense_talk.hpp"
#include "mdp/conformance/worker_checks.hpp"
#include "mdp/net/steady_now.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mdp::conformance {

namespace {

constexpr auto watched = defaults::conformance_watched_intervals;

/// Heartbeats of an idle worker in `watched` intervals.
std::size_t count_beats(worker_stage& stage, version v) {
  const auto until = net::steady_now() + stage.intervals(watched);
  std::size_t beats = 0;
  while (const auto news = stage.next(until)) {
    if (stage.begins_anew(*news)) {
      stage.adopt(*news);
      throw deviation("it began a new conversation, though the broker beat");
    }
    const auto what = news->read.what;
    if (!news->is_current || what == command::ready || what == command::partial ||
        what == command::final)
      continue; // each has an item of its own
    expect_same(news->message, worker_heartbeat(v));
    ++beats;
  }
  return beats;
}

/// Half of what should come, in one of several looks: a machine under load is late once.
std::string beats_while_idle(worker_stage& stage, version v) {
  stage.await_conversation();
  std::string seen;
  for (std::uint32_t watch = 0; watch < defaults::conformance_watches; ++watch) {
    const auto beats = count_beats(stage, v);
    seen = std::to_string(beats) + " heartbeats in " + std::to_string(watched) + " intervals";
    if (beats >= watched / 2)
      return seen;
  }
  throw deviation(seen);
}

std::string beats_while_busy(worker_stage& stage, version) {
  constexpr auto least = 3;
  const auto too_quick = "it answers before two heartbeats are due";
  // What it said while it was idle comes before its first answer, and is not counted for the second.
  if (stage.ask({"x"}).took / stage.set().heartbeat < least)
    throw not_seen(too_quick);
  const auto result = stage.ask({"x"});
  const auto missed = result.took / stage.set().heartbeat;
  if (missed < least)
    throw not_seen(too_quick);
  const auto seen = std::to_string(result.beats) + " heartbeats in " + std::to_string(missed) +
                    " intervals of work";
  if (result.beats < 2) // a first one may have crossed the request
    throw deviation(seen);
  return seen;
}

/// Requests at a pace of two an interval.
class dialogue {
public:
  explicit dialogue(worker_stage& stage)
      : stage_(stage), talk_(stage.set().heartbeat, stage.set().patience) {}

  /// One request, its answer, and a pause in which the broker may beat once.
  void exchange(bool broker_beats) {
    const auto asked = net::steady_now();
    talk_.heard(stage_.ask({"x"}).beats);
    talk_.arrived(asked);
    if (broker_beats)
      stage_.beat();
    while (const auto news = stage_.next(talk_.next())) {
      if (stage_.begins_anew(*news)) {
        stage_.adopt(*news);
        throw deviation("it began a new conversation, though it got requests");
      }
      talk_.heard(news->is_current && news->read.what == command::heartbeat ? 1 : 0);
    }
  }

  [[nodiscard]] const dense_talk& so_far() const noexcept { return talk_; }

private:
  worker_stage& stage_;
  dense_talk talk_;
};

std::string no_surplus_beats(worker_stage& stage, version) {
  dialogue talk(stage);
  while (talk.so_far().time() < stage.intervals(watched + 1))
    talk.exchange(true);
  const auto seen = std::to_string(talk.so_far().surplus()) + " heartbeats in " +
                    std::to_string(watched + 1) + " intervals full of answers";
  if (talk.so_far().surplus() > watched / 2)
    throw deviation(seen);
  return seen;
}

std::string requests_count(worker_stage& stage, version) {
  struct quiet {
    worker_stage& stage;
    ~quiet() {
      stage.keep_beating = true;
      stage.talks = false;
    }
  };
  const quiet until_the_end{stage};
  stage.keep_beating = false;
  stage.talks = true;
  dialogue talk(stage);
  const auto until = net::steady_now() + stage.expiry();
  while (net::steady_now() < until)
    talk.exchange(false);
  return "it stayed for " + std::to_string(stage.expiry() / stage.set().heartbeat) +
         " intervals of requests and no heartbeats";
}

std::string notices_silence(worker_stage& stage, version) {
  const auto& story = stage.fall_silent();
  if (!story.late_word.empty())
    throw deviation("still on the old connection: " + story.late_word);
  return story.came_back ? "it left and came back" : "it left";
}

std::string comes_back_after_silence(worker_stage& stage, version) {
  if (!stage.fall_silent().came_back)
    throw deviation("no READY on a new connection");
  return "READY on a new connection";
}

} // namespace

checks<worker_stage> worker_heartbeat_checks() {
  using enum level;
  return {
    {"7-17", "18-9", must, "it beats regularly while idle, in frames written as they should",
     beats_while_idle},
    {"7-38", "7-38", must, "it beats while it works", beats_while_busy},
    {"7-37", "7-37", should, "it does not beat while it answers", no_surplus_beats},
    {"7-36", "7-36", text, "requests count as heartbeats", requests_count},
    {"7-39", "7-39", must, "it gives up a broker that fell silent", notices_silence},
    {"7-40", "7-40", should, "it comes back on a new socket when the broker fell silent",
     comes_back_after_silence},
  };
}

} // namespace mdp::conformance
