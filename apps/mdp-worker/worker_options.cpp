#include "mdp-worker/worker_options.hpp"

#include "mdp-worker/handlers.hpp"
#include "mdp/security/certificate.hpp"
#include "support/split_command.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace mdp::apps {

using namespace std::chrono_literals;

namespace {

void add_service(options& all, worker_settings& set) {
  auto& worker = set.worker;
  all.group("Service");
  all.texts("broker", "ENDPOINT", worker.brokers,
            "The broker. If given more than once, the next is tried when one is lost.");
  all.text("service", "NAME", worker.service,
           "The service to offer: printable ASCII without blanks.");
  all.toggle("echo", set.echo, "Answer with the request.");
  all.text("exec", "'CMD ARG...'", set.exec,
           "Run this for each request. Words are split at blanks; quotes and backslashes keep them "
           "together as in a shell.");
  all.choice("protocol",
             {{"0.1", wire::protocol_version::v0_1}, {"0.2", wire::protocol_version::v0_2}},
             worker.version, "Version of MDP to speak: RFC 7 or RFC 18.");
  all.number("concurrency", "N", 0U, worker.concurrency,
             "Requests that are worked on at a time, on all connections together; 0: one for each "
             "connection.");
  all.number("connections", "N", 1U, worker.connections, "Connections to the broker.");
  all.number(
    "capacity", "N", 0U, worker.capacity,
    "Requests that each connection takes at a time; 0: as many as --concurrency needs. More "
    "than one is known only to brokers that know this extension; more than can be worked on "
    "wait here, which saves round trips.");
  all.text("sealed", "FILE", set.sealed,
           "Take only requests that are sealed for this certificate (mdp keygen), and seal the "
           "replies, so that "
           "the broker can read neither. Its public key is announced at the broker. All workers of "
           "a service "
           "need the same.");
  all.toggle("report-load", worker.says_load,
             "Tell brokers that ask for it how loaded this machine is: its load average by "
             "processor. For services whose policy is least-loaded.");
}

void add_exec(options& all, command_limits& limits) {
  all.group("With --exec");
  all.time("exec-timeout", 1ms, limits.timeout,
           "How long the program may take. Then it and all that it has "
           "started are ended.");
  all.number("exec-max-output-bytes", "BYTES", std::size_t{1}, limits.max_output_bytes,
             "How much it may write.");
}

void add_connection(options& all, worker_settings& set) {
  auto& worker = set.worker;
  all.group("Connection");
  all.time("heartbeat", 1ms, worker.heartbeat.interval,
           "Pause between two heartbeats. The broker should have the same.");
  all.number("liveness", "N", std::uint16_t{1}, set.liveness,
             "Heartbeats the broker may miss before it counts as lost.");
  all.time("reconnect-min", 1ms, worker.reconnect.min,
           "First pause before connecting again; each further one is twice as long.");
  all.time("reconnect-max", 1ms, worker.reconnect.max, "Longest such pause.");
  all.number("max-message-bytes", "BYTES", std::size_t{1}, worker.limits.max_bytes,
             "Size of one request, all frames together.");
  all.time("shutdown-grace", 0ms, worker.shutdown_grace,
           "How long the end may wait for requests that are being worked on.");
}

void add_testing(options& all, worker_settings& set) {
  all.group("For tests and demonstrations");
  all.time("echo-delay", 0ms, set.echo_delay,
           "Make --echo a slow worker: it answers only after so long.");
}

/// The last thing to do.
std::vector<std::string> complete_sealing(worker_settings& set) {
  if (!set.sealed.empty()) {
    auto own = security::certificate::load(set.sealed);
    if (!own)
      return {"--sealed: " + own.error()};
    set.worker.sealing = std::make_shared<const security::certificate>(*std::move(own));
  }
  return validate(set.worker);
}

} // namespace

program_info worker_info() {
  return {.program = "mdp-worker",
          .command = {},
          .commands = {},
          .usage = "--service NAME --echo|--exec 'CMD ARG...' [OPTION...]",
          .purpose =
            "Offers a service at a ZeroMQ Majordomo broker: it answers each request with the "
            "request itself, or with what a program of yours makes of it. It comes back by itself "
            "when the broker was gone.",
          .epilogue =
            R"(A program gets the request on its standard input (several frames one behind the
other) and its standard output is the reply, one frame. When it cannot be
started, exits with another code than 0, is ended by a signal, takes too long
or writes too much, the reply is "mdp-status 500 REASON", and a log line says
so. It is run without a shell; for pipes and variables say sh -c '...'.

SIGINT and SIGTERM end the worker in good order: it answers what it holds, if
that does not take longer than the grace, and says goodbye to the broker. A
second one ends it at once; the broker gives what it holds to another worker.
SIGHUP is ignored.
Exit codes: 0 it was told to end, 1 it failed, 2 wrong use.

Examples:
  mdp-worker --service echo --echo
  mdp-worker --service upper --exec 'tr a-z A-Z' --concurrency 4
  mdp-worker --service count --exec "sh -c 'grep -c . || true'"
  mdp-worker --broker tcp://a:5555 --broker tcp://b:5555 --service echo --echo
  mdp-worker --service echo --echo --server-key broker.cert --certificate scanner.cert
)"};
}

void add_worker_options(options& all, worker_settings& set) {
  add_service(all, set);
  add_exec(all, set.exec_limits);
  add_connection(all, set);
  add_curve_options(all, set.curve);
  add_testing(all, set);
  all.log_level(set.log_level);
}

std::vector<std::string> complete(worker_settings& set, const options& all,
                                  const stop_flag& stopping) {
  if (!all.was_given("service"))
    return {"--service is missing"};
  if (set.echo == all.was_given("exec"))
    return {"exactly one of --echo and --exec must be given"};
  set.worker.heartbeat.liveness = set.liveness;
  set.worker.sockets.max_message_bytes = set.worker.limits.max_bytes;
  std::vector<std::string> findings;
  complete_curve(set.curve, set.worker.sockets.curve, set.worker.sockets.plain, findings);
  if (!findings.empty())
    return findings;
  if (set.echo) {
    set.worker.work = echo_handler(set.echo_delay, stopping);
    return complete_sealing(set);
  }
  auto words = split_command(set.exec);
  if (!words)
    return {"--exec: " + words.error()};
  if (auto problem = check_program(words->front()); !problem.empty())
    return {"--exec: " + problem};
  set.worker.work = exec_handler(std::move(*words), set.exec_limits, stopping);
  return complete_sealing(set);
}

} // namespace mdp::apps
