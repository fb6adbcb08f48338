#include "mdp/conformance/worker_checks.hpp"
#include "mdp/net/steady_now.hpp"

#include <chrono>

namespace mdp::conformance {

namespace {

constexpr auto watched = defaults::conformance_watched_intervals;

std::string beats_while_idle(worker_stage& stage, version v) {
  stage.await_conversation();
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
  const auto seen =
    std::to_string(beats) + " heartbeats in " + std::to_string(watched) + " intervals";
  if (beats < watched / 2)
    throw deviation(seen);
  return seen;
}

std::string beats_while_busy(worker_stage& stage, version) {
  const auto result = stage.ask({"x"});
  const auto missed = result.took / stage.set().heartbeat;
  if (missed < 3)
    throw not_seen("it answers before two heartbeats are due");
  const auto seen = std::to_string(result.beats) + " heartbeats in " + std::to_string(missed) +
                    " intervals of work";
  if (result.beats < 2) // a first one may have crossed the request
    throw deviation(seen);
  return seen;
}

/// Requests at a pace of two an interval, for so many intervals; the heartbeats among the answers.
std::size_t talk(worker_stage& stage, std::uint32_t intervals, bool broker_beats) {
  std::size_t beats = 0;
  for (std::uint32_t i = 0; i < 2 * intervals; ++i) {
    const auto result = stage.ask({"x"});
    if (result.took > stage.set().heartbeat / 2)
      throw not_seen("it works for longer than half of an interval");
    beats += result.beats;
    if (broker_beats)
      stage.beat();
    const auto pause_ends = net::steady_now() + stage.set().heartbeat / 2;
    while (const auto news = stage.next(pause_ends)) {
      if (stage.begins_anew(*news)) {
        stage.adopt(*news);
        throw deviation("it began a new conversation, though it got requests");
      }
      beats += news->is_current && news->read.what == command::heartbeat ? 1 : 0;
    }
  }
  return beats;
}

std::string no_surplus_beats(worker_stage& stage, version) {
  const auto beats = talk(stage, watched, true);
  const auto seen = std::to_string(beats) + " heartbeats in " + std::to_string(watched) +
                    " intervals full of answers";
  if (beats > watched / 2)
    throw deviation(seen);
  return seen;
}

std::string requests_count(worker_stage& stage, version) {
  struct quiet {
    worker_stage& stage;
    ~quiet() { stage.keep_beating = true; }
  };
  const quiet until_the_end{stage};
  stage.keep_beating = false;
  const auto intervals = stage.set().liveness + defaults::conformance_grace_intervals;
  static_cast<void>(talk(stage, intervals, false));
  return "it stayed for " + std::to_string(intervals) + " intervals of requests and no heartbeats";
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
