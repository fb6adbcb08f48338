#include "mdp-worker/worker_options.hpp"
#include "mdp/actors/runtime/open_files.hpp"
#include "mdp/actors/worker_counters.hpp"
#include "mdp/version.hpp"
#include "support/child_process.hpp"
#include "support/daemon_life.hpp"
#include "support/program.hpp"

#include <spdlog/spdlog.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace mdp;
using namespace mdp::apps;

namespace {

/// What has been dropped, by reason; empty in normal life.
std::string drops_of(const actors::worker_counters& counters) {
  std::string text;
  counters.for_each([&](std::string_view name, std::uint64_t value) {
    if (value > 0)
      text +=
        (text.empty() ? "; dropped: " : ", ") + std::to_string(value) + " " + std::string(name);
  });
  return text;
}

int work(const worker_settings& set, stop_flag& stopping) {
  daemon_life life;
  actors::allow_many_open_files();
  actors::worker_runtime worker(set.worker);
  worker.start([&] { life.fail(); });
  spdlog::info("{} offers {} at {} (MDP {}, connections: {}, concurrency: {})", version,
               set.worker.service, join(set.worker.brokers, ", "), to_string(set.worker.version),
               set.worker.connections,
               set.worker.concurrency != 0 ? set.worker.concurrency : set.worker.connections);
  if (!life.wait()) {
    spdlog::error("the worker has failed and could not be started again");
    stopping.set();
    return exit_code::failure;
  }
  spdlog::info("stopping");
  const auto cut_short = [&](bool signalled) {
    if (signalled) {
      // Answered by nobody, what we hold goes to another worker.
      child_process::end_all();
      std::_Exit(exit_code::success);
    }
    stopping.set(); // the conversations are over, nobody hears of it
  };
  // A little later than the runtime gives the conversations up.
  std::size_t left_behind = 0;
  life.stop([&] { left_behind = worker.stop(); }, cut_short,
            set.worker.shutdown_grace + defaults::flush_grace);
  spdlog::info("stopped{}", drops_of(*worker.counters()));
  if (left_behind > 0) {
    // A thread is in a handler still, which uses what the end of this function would take away.
    child_process::end_all();
    std::_Exit(exit_code::success);
  }
  return exit_code::success;
}

} // namespace

int main(int argc, char** argv) {
  const auto info = worker_info();
  return run_program(info.program, [&] {
    worker_settings set;
    stop_flag stopping;
    options all(info);
    add_worker_options(all, set);
    if (const auto done = answer(info, all.parse({argv + 1, argv + argc})))
      return *done;
    if (const auto findings = complete(set, all, stopping); !findings.empty())
      return report_wrong_use(info, findings);
    ignore_broken_pipes();
    start_logging(info.program, set.log_level);
    return work(set, stopping);
  });
}
