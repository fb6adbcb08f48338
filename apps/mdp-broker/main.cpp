#include "mdp-broker/broker_certificate.hpp"
#include "mdp-broker/broker_options.hpp"
#include "mdp/actors/runtime/metrics_endpoint.hpp"
#include "mdp/actors/runtime/open_files.hpp"
#include "mdp/version.hpp"
#include "support/daemon_life.hpp"
#include "support/port_file.hpp"
#include "support/program.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

using namespace mdp;
using namespace mdp::apps;

namespace {

int report_bind_failure(std::string problem) {
  const auto in_use = std::generic_category().message(EADDRINUSE);
  return report_wrong_use(
    broker_info(),
    {problem + (problem.ends_with(in_use) ? ". Stop what listens there, or give another endpoint"
                                          : ". Give another endpoint")});
}

void log_summary(const actors::broker_counters& counters) {
  spdlog::info("stopped; requests: {} accepted, {} answered, {} retried, {} refused",
               counters.accepted.value(), counters.answered.value(), counters.retried.value(),
               counters.refused.total());
}

void log_curve(const broker_settings& set, const std::string& endpoint) {
  if (!set.curve)
    return;
  spdlog::info("speaks CURVE, with the certificate {}. What a client or worker needs:",
               set.certificate);
  spdlog::info("  {}", line_for_clients(set, endpoint));
  if (set.broker.keys)
    spdlog::info("lets in the {} keys of {}", set.broker.keys->current()->size(), set.client_keys);
}

void log_plain(const broker_settings& set) {
  if (set.broker.passwords)
    spdlog::info(
      "speaks PLAIN, and lets in the {} users of {}. What a client or worker needs: --user NAME "
      "--password-file FILE",
      set.broker.passwords->current()->size(), set.plain);
}

int serve(const broker_settings& set) {
  daemon_life life;
  if (const auto files = actors::allow_many_open_files(); files < set.broker.peers.max_peers)
    spdlog::info("the limit of open files (ulimit -n) allows about {} connections at a time",
                 files);
  if (!set.port_file.empty())
    std::remove(
      set.port_file.c_str()); // a killed predecessor's: who waits for ours must not see it
  actors::broker_runtime broker(set.broker);
  std::unique_ptr<actors::metrics_endpoint> metrics; // while the broker lives
  if (!set.metrics.empty()) {
    auto opened = actors::metrics_endpoint::open(set.metrics, broker.counters());
    if (!opened)
      return report_wrong_use(broker_info(), {opened.error()});
    metrics = *std::move(opened);
  }
  const auto endpoints = broker.start([&] { life.fail(); });
  if (!endpoints)
    return report_bind_failure(endpoints.error());
  const auto clients =
    endpoints->begin() + static_cast<std::ptrdiff_t>(set.broker.endpoints.size());
  spdlog::info("{} listens on {}", version, join({endpoints->begin(), clients}, ", "));
  if (clients != endpoints->end())
    spdlog::info("workers are expected on {}", join({clients, endpoints->end()}, ", "));
  log_curve(set, endpoints->front());
  log_plain(set);
  life.on_hangup([&broker] { broker.reload_keys(); });
  if (metrics)
    spdlog::info("metrics at {}", metrics->url());
  if (!set.port_file.empty())
    if (const auto problem = write_file_atomically(set.port_file, ports_of(*endpoints))) {
      life.on_hangup({});
      return report_wrong_use(broker_info(), {*problem});
    }
  const bool was_told = life.wait();
  life.on_hangup({});
  if (was_told) {
    spdlog::info("stopping");
    life.stop([&] { broker.stop(); }, [&](bool /*signalled*/) { broker.stop(true); });
  } else {
    spdlog::error("the broker has failed and could not be started again");
  }
  if (!set.port_file.empty())
    std::remove(set.port_file.c_str());
  log_summary(*broker.counters());
  return was_told ? exit_code::success : exit_code::failure;
}

} // namespace

int main(int argc, char** argv) {
  const auto info = broker_info();
  return run_program(info.program, [&] {
    broker_settings set;
    options all(info);
    add_broker_options(all, set);
    if (const auto done = answer(info, all.parse({argv + 1, argv + argc})))
      return *done;
    if (const auto findings = complete(set); !findings.empty())
      return report_wrong_use(info, findings);
    ignore_broken_pipes();
    start_logging(info.program, set.log_level);
    return serve(set);
  });
}
