#include "support/bench_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace mdp::apps {

namespace {

constexpr std::array<std::pair<std::string_view, double>, 4> shown_quantiles{
  {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}}};

double us(duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

double seconds(duration time) {
  return std::chrono::duration<double>(time).count();
}

/// 950 us, 12.3 ms or 2.50 s
std::string readable(duration time) {
  const double value = us(time);
  if (value < 1000)
    return fmt::format("{:.0f} us", value);
  if (value < 1e6)
    return fmt::format("{:.1f} ms", value / 1e3);
  return fmt::format("{:.2f} s", value / 1e6);
}

std::string_view spoken(load::protocol what) {
  switch (what) {
  case load::protocol::v0_1:
    return "0.1";
  case load::protocol::v0_2:
    return "0.2";
  case load::protocol::proxy:
    break;
  }
  return "proxy";
}

std::string load_line(const load::settings& set) {
  auto line = fmt::format("{} clients x window {}, ", set.clients, set.window);
  line += set.workers == 0 ? std::string("the service's own workers")
                           : fmt::format("{} workers x capacity {}", set.workers, set.capacity);
  if (set.parts > 0)
    line += fmt::format(", {} parts an answer", set.parts);
  line += fmt::format(", {} B", set.body_bytes);
  if (set.rate > 0)
    line += fmt::format(", {} requests/s wanted", set.rate);
  return line;
}

} // namespace

std::string bench_table(const load::settings& set, const load::result& what) {
  const auto& latency = what.seen.latency;
  std::string text;
  const auto row = [&text](std::string_view name, std::string_view value) {
    text += fmt::format("{:<18} {}\n", name, value);
  };
  row("load", load_line(set));
  row("measured",
      fmt::format("{:.2f} s{}", seconds(what.took), what.was_interrupted ? ", interrupted" : ""));
  row("answers", fmt::format("{}", latency.count()));
  row("rate", fmt::format("{:.0f} requests/s", what.rate()));
  if (what.seen.parts > 0)
    row("parts", fmt::format("{}, {:.0f} parts/s", what.seen.parts, what.part_rate()));
  if (latency.count() > 0) {
    for (const auto& [name, part] : shown_quantiles)
      row(fmt::format("latency {}", name), readable(latency.quantile(part)));
    row("latency max", readable(latency.max()));
    if (what.processor_time)
      row("processor time",
          fmt::format("{:.1f} us a request, {:.0f} % of a processor", what.processor_ns() / 1e3,
                      100 * seconds(*what.processor_time) / seconds(what.took)));
  }
  if (what.seen.failures() == 0)
    row("errors", "none");
  for (std::size_t i = 0; i < load::troubles; ++i)
    if (what.seen.errors[i] > 0)
      row("errors", fmt::format("{} x {}", what.seen.errors[i],
                                load::to_string(static_cast<load::trouble>(i))));
  return text;
}

std::string bench_json(const load::settings& set, const load::result& what) {
  const auto& latency = what.seen.latency;
  nlohmann::ordered_json latencies;
  latencies["min"] = us(latency.min());
  latencies["mean"] = us(latency.mean());
  for (const auto& [name, part] : shown_quantiles)
    latencies[std::string(name)] = us(latency.quantile(part));
  latencies["max"] = us(latency.max());
  auto errors = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < load::troubles; ++i)
    if (what.seen.errors[i] > 0)
      errors[std::string(load::to_string(static_cast<load::trouble>(i)))] = what.seen.errors[i];
  nlohmann::ordered_json all{
    {"endpoint", set.endpoint},      {"protocol", spoken(set.spoken)},
    {"service", set.service},        {"services", set.services},
    {"clients", set.clients},        {"window", set.window},
    {"workers", set.workers},        {"capacity", set.capacity},
    {"body_bytes", set.body_bytes},  {"wanted_rate", set.rate},
    {"seconds", seconds(what.took)}, {"interrupted", what.was_interrupted},
    {"answers", latency.count()},    {"rate", what.rate()},
    {"parts", what.seen.parts},      {"part_rate", what.part_rate()},
    {"latency_us", latencies},       {"errors", errors},
  };
  if (what.processor_time)
    all["processor_us_a_request"] = what.processor_ns() / 1e3;
  return all.dump(2) + '\n';
}

std::string bench_progress(const load::settings& set, const load::progress& now) {
  if (now.is_warming)
    return "warming up";
  auto line = fmt::format("{:.1f} s: {} answers", seconds(now.since_begin), now.answered);
  if (set.parts > 0)
    line += fmt::format(", {} parts", now.parts);
  if (now.failed > 0)
    line += fmt::format(", {} errors", now.failed);
  return line;
}

} // namespace mdp::apps
