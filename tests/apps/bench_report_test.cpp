#include "support/bench_report.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

using namespace mdp;
using namespace mdp::apps;
using namespace std::chrono_literals;

namespace {

load::settings some_settings() {
  load::settings set;
  set.endpoint = "tcp://127.0.0.1:5555";
  set.service = "echo";
  return set;
}

load::result some_result() {
  load::result what;
  what.took = 2s;
  for (int i = 1; i <= 1000; ++i)
    what.seen.latency.record(i * 1us);
  what.processor_time = 20ms;
  return what;
}

bool says(const std::string& text, const std::string& line) {
  return text.find(line) != std::string::npos;
}

} // namespace

TEST_CASE("the table of a run says what was done, how fast, and that nothing went wrong") {
  const auto text = bench_table(some_settings(), some_result());
  CHECK(says(text, "load               4 clients x window 16, 4 workers x capacity 1, 64 B\n"));
  CHECK(says(text, "measured           2.00 s\n"));
  CHECK(says(text, "answers            1000\n"));
  CHECK(says(text, "rate               500 requests/s\n"));
  CHECK(says(text, "latency max        1.0 ms\n"));
  CHECK(says(text, "processor time     20.0 us a request, 1 % of a processor\n"));
  CHECK(says(text, "errors             none\n"));
}

TEST_CASE("errors are told by their reasons, and a run without answers shows no latency") {
  load::result what;
  what.took = 1s;
  what.was_interrupted = true;
  what.seen.count(load::trouble::no_answer);
  what.seen.count(load::trouble::no_answer);
  what.seen.count(load::trouble::worker_disconnected);
  const auto text = bench_table(some_settings(), what);
  CHECK(says(text, "measured           1.00 s, interrupted\n"));
  CHECK(says(text, "errors             2 x no answer\n"));
  CHECK(says(text, "errors             1 x worker sent away\n"));
  CHECK_FALSE(says(text, "latency"));
}

TEST_CASE("the JSON of a run can be read, and has all of it") {
  auto set = some_settings();
  set.spoken = load::protocol::v0_1;
  auto what = some_result();
  what.seen.count(load::trouble::unasked);
  const auto read = nlohmann::json::parse(bench_json(set, what));
  CHECK(read["protocol"] == "0.1");
  CHECK(read["answers"] == 1000);
  CHECK(read["rate"] == 500.0);
  CHECK(read["latency_us"]["max"] == 1000.0);
  CHECK(read["latency_us"]["p50"].get<double>() >= 500.0);
  CHECK(read["latency_us"]["p50"].get<double>() <= 505.0);
  CHECK(read["processor_us_a_request"] == 20.0);
  CHECK(read["errors"]["unasked or late answer"] == 1);
}

TEST_CASE("progress says how far a run is, and what went wrong so far") {
  const auto set = some_settings();
  CHECK(bench_progress(set, {1s, 0, 0, 0, true}) == "warming up");
  CHECK(bench_progress(set, {1500ms, 20, 0, 0, false}) == "1.5 s: 20 answers");
  CHECK(bench_progress(set, {1500ms, 20, 0, 3, false}) == "1.5 s: 20 answers, 3 errors");
}
