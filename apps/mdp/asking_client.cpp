#include "mdp/asking_client.hpp"

#include "mdp/client/explain.hpp"
#include "mdp/commands.hpp"
#include "mdp/service/status_reply.hpp"
#include "support/program.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <limits>

namespace mdp::apps {

using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;

constexpr int interrupted_by = 128; // plus the signal, as shells say it

int fail_with(const std::string& line) {
  std::fprintf(stderr, "%s: %s\n", client_program, line.c_str());
  return exit_code::failure;
}

} // namespace

void add_client_options(options& all, client_settings& set) {
  all.group("Broker");
  all.texts("broker", "ENDPOINT", set.client.brokers,
            "The broker. If given more than once, each new try asks the next one.");
  all.choice("protocol",
             {{"0.1", wire::protocol_version::v0_1}, {"0.2", wire::protocol_version::v0_2}},
             set.client.version, "Version of MDP to speak: RFC 7 or RFC 18.");
  all.time("timeout", 1ms, set.timeout,
           "How long to wait for an answer before asking again. Each part "
           "of a reply gives it that time anew.");
  all.number("retries", "N", std::uint16_t{0}, set.retries,
             "How often to ask again before giving up.");
  all.number("max-message-bytes", "BYTES", std::size_t{1}, set.client.limits.max_bytes,
             "Size of one message, all frames together.");
  add_curve_options(all, set.curve);
  all.log_level(set.log_level);
}

std::vector<std::string> complete(client_settings& set) {
  auto findings = validate(set.client);
  complete_curve(set.curve, set.client.sockets.curve, set.client.sockets.plain, findings);
  return findings;
}

asking_client::asking_client(const client_settings& set) : set_(set) {
  // First the watcher: the signals are blocked in the threads that are started from here on.
  watcher_.emplace([this](int signal) {
    const std::lock_guard guard(mutex_);
    signal_ = signal;
    if (client_)
      client_->stop();
  });
  auto config = set.client;
  config.sockets.max_message_bytes = config.limits.max_bytes;
  config.max_open_bytes = std::numeric_limits<std::size_t>::max(); // it is one request
  const std::lock_guard guard(mutex_);
  client_.emplace(std::move(config));
  if (signal_ != 0)
    client_->stop();
}

tl::expected<message, int> asking_client::ask(const std::string& service, message body,
                                              std::function<void(message)> on_part) {
  request_options how;
  how.timeout = set_.timeout;
  how.attempts = set_.retries + 1U;
  how.on_part = std::move(on_part);
  const auto began = clock::now();
  auto reply = client_->request(service, std::move(body), std::move(how));
  if (!reply)
    return tl::unexpected(report_failure(service, reply.error(), clock::now() - began));
  if (const auto status = read_status(*reply); status && status->is_error())
    return tl::unexpected(fail_with("service " + service + " answered " +
                                    std::to_string(status->code) + ": " + status->text));
  return *std::move(reply);
}

int asking_client::report_failure(const std::string& service, request_failure why, duration spent) {
  if (why == request_failure::cancelled) {
    const std::lock_guard guard(mutex_);
    return interrupted_by + signal_;
  }
  if (why == request_failure::bad_request)
    return fail_with("the request is too large: with what stands in front of it, it may have " +
                     std::to_string(set_.client.limits.max_frames) + " frames and " +
                     std::to_string(set_.client.limits.max_bytes) + " bytes");
  const auto brokers = join(set_.client.brokers, " or ");
  const auto after = " after " + readable_duration(spent);
  if (why == request_failure::stream_broken)
    return fail_with("the reply of service " + service + " from " + brokers + " broke off" + after);
  if (why == request_failure::refused || why == request_failure::no_handshake)
    return fail_with(explain(why, set_.client));
  auto line = "no answer from " + brokers + after + " (" + std::to_string(set_.retries + 1) +
              (set_.retries == 0 ? " try" : " tries") + "). Check that a broker runs there";
  if (!service.starts_with("mmi."))
    line += " and that it has a worker for " + service + ": mdp services " + service +
            " --broker " + set_.client.brokers.front();
  return fail_with(line);
}

} // namespace mdp::apps
