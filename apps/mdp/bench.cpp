#include "mdp/actors/runtime/signals.hpp"
#include "mdp/commands.hpp"
#include "mdp/defaults.hpp"
#include "mdp/load/run.hpp"
#include "support/bench_report.hpp"
#include "support/curve_options.hpp"
#include "support/program.hpp"
#include "support/stop_flag.hpp"

#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace mdp::apps {

using namespace std::chrono_literals;

namespace {

struct settings {
  load::settings load;
  curve_options curve;
  bool is_json = false;
  bool shows_progress = false;
};

program_info info() {
  return client_command(
    "bench", "[OPTION...]",
    "Puts a broker under load and measures what its clients see: any broker of the Majordomo "
    "Protocol, also somebody else's. It brings echo workers along; with --service it asks a "
    "service that is there.",
    R"(Latency is from the moment when a request is due until its answer is there. With
--rate the requests have a timetable, and one that had to wait because the
window was full counts from its time: a broker that stands still cannot hide it.
Answers of workers that are not its own, and to bodies below 16 bytes, are told
apart by their order: with a window above 1, their latency is an estimate.

Exit codes: 0 all requests were answered; 1 some were not, or nobody answers;
2 wrong use. Ctrl-C ends it early and prints what was measured.

Examples:
  mdp bench
  mdp bench --clients 1 --window 1 --workers 1 --seconds 10s
  mdp bench --broker tcp://10.0.0.1:5555 --workers 8 --capacity 64 --json
  mdp bench --service thumbnail --rate 500 --body-bytes 20000
)");
}

void add_options(options& all, settings& set) {
  auto& load = set.load;
  all.group("Broker");
  all.text("broker", "ENDPOINT", load.endpoint, "The broker.");
  all.text("worker-endpoint", "ENDPOINT", load.worker_endpoint,
           "Where its workers connect, if that is another endpoint.");
  all.choice("protocol",
             {{"0.1", load::protocol::v0_1},
              {"0.2", load::protocol::v0_2},
              {"proxy", load::protocol::proxy}},
             load.spoken,
             "Version of MDP to speak: RFC 7 or RFC 18; or it is no broker but a ROUTER-DEALER "
             "proxy, to compare with.");
  add_curve_options(all, set.curve);
  all.group("Load");
  all.text("service", "NAME", load.service,
           "Ask this service, whose workers are there. With --workers, offer it under that name.");
  all.number(
    "services", "N", 1U, load.services,
    "So many services, NAME-1, NAME-2 and so on; clients and workers are spread over them.");
  all.number("clients", "N", 1U, load.clients, "Clients, each with a connection of its own.");
  all.number("window", "N", 1U, load.window, "Requests that each client has open at a time.");
  all.number("workers", "N", 0U, load.workers, "Echo workers of its own.");
  all.number("capacity", "N", 1U, load.capacity,
             "Requests that such a worker takes at a time; more than 1 is no RFC's, and brokers "
             "may ignore it.");
  all.number("parts", "N", 0U, load.parts,
             "PARTIAL replies ahead of each FINAL, of the same size.");
  all.number("body-bytes", "BYTES", std::size_t{0}, load.body_bytes, "Size of a request's body.");
  all.number("rate", "N", std::uint64_t{0}, load.rate,
             "Requests a second, all clients together. 0: as fast as answers come.");
  all.group("Measurement");
  all.time("seconds", 100ms, load.length, "How long to measure, as a time: 5s.");
  all.time("warm-up", 0ms, load.warm_up, "Load ahead of that, which does not count.");
  all.number("requests", "N", std::uint64_t{0}, load.requests,
             "Ask so many instead, without warming up. 0: for --seconds.");
  all.time("timeout", 1ms, load.timeout, "An answer that takes longer counts as missing.");
  all.number("threads", "N", 1U, load.threads,
             "Threads for the clients, and as many for the workers.");
  all.number("process", "PID", 0U, load.process,
             "Also say how much processor time this process, the broker, used for a request.");
  all.group("Output");
  all.toggle("json", set.is_json, "Print JSON instead of a table.");
  all.toggle("progress", set.shows_progress,
             "Say on standard error how far it is, also when that is no terminal.");
}

std::vector<std::string> complete(options& all, settings& set) {
  auto& load = set.load;
  if (all.was_given("service")) {
    if (!all.was_given("workers"))
      load.workers = 0;
  } else {
    load.service = "mdp-bench-" + std::to_string(getpid()); // nobody else's
  }
  std::vector<std::string> findings;
  complete_curve(set.curve, load.sockets.curve, load.sockets.plain, findings);
  if (!all.was_given("service") && load.workers == 0)
    findings.emplace_back("without workers of its own, --service says whom to ask");
  if (load.requests > 0 && (all.was_given("seconds") || all.was_given("warm-up")))
    findings.emplace_back("--requests goes without --seconds and --warm-up");
  for (auto& finding : validate(load))
    findings.push_back(std::move(finding));
  return findings;
}

} // namespace

int run_bench(const std::vector<std::string>& arguments) {
  const auto about = info();
  settings set;
  set.load.endpoint = defaults::broker_endpoint;
  options all(about);
  add_options(all, set);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  if (const auto findings = complete(all, set); !findings.empty())
    return report_wrong_use(about, findings);

  stop_flag stop;
  const actors::signal_watcher ctrl_c([&stop](int /*signal*/) { stop.set(); });
  const bool is_terminal = isatty(STDERR_FILENO) == 1;
  load::hooks notify;
  notify.wait = [&stop](duration longest) { return stop.wait_for(longest); };
  if (is_terminal || set.shows_progress)
    notify.on_progress = [&](const load::progress& now) {
      const auto line = bench_progress(set.load, now);
      std::fprintf(stderr, is_terminal ? "\r%s\x1b[K" : "%s\n", line.c_str());
    };
  const auto outcome = load::run(set.load, notify);
  if (is_terminal)
    std::fputs("\r\x1b[K", stderr);
  if (!outcome) {
    std::fprintf(stderr, "%s: %s\n", client_program, outcome.error().c_str());
    return exit_code::failure;
  }
  const auto text = set.is_json ? bench_json(set.load, *outcome) : bench_table(set.load, *outcome);
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
    throw std::runtime_error("cannot write the report to standard output");
  return outcome->seen.failures() > 0 || outcome->seen.latency.count() == 0 ? exit_code::failure
                                                                            : exit_code::success;
}

} // namespace mdp::apps
