#include "mdp/commands.hpp"
#include "mdp/conformance/run.hpp"
#include "support/curve_options.hpp"
#include "support/program.hpp"

#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <utility>

namespace mdp::apps {

using namespace std::chrono_literals;

namespace {

enum class protocol : std::uint8_t { v0_1, v0_2, both };

struct settings {
  conformance::settings checks;
  std::string role;
  std::vector<std::string> endpoints;
  std::string bind;
  protocol spoken = protocol::both;
  bool is_json = false;
  curve_options curve;
};

program_info info() {
  return client_command(
    "conformance",
    "broker ENDPOINT [OPTION...]\n       mdp conformance worker --bind ENDPOINT "
    "[OPTION...]",
    "Checks any broker or worker of the Majordomo Protocol against RFC 7, RFC 18 and RFC 8: plays "
    "friendly and hostile peers on bare sockets and says what it saw.",
    R"(A broker is asked under names that nobody else uses. A worker, started by you
with one connection to ENDPOINT, gets real requests, with bodies of no meaning.
Set --heartbeat and --liveness to what the peer uses.

Verdicts: pass; FAIL, a MUST is not kept; warn, anything less is not kept;
skipped, with the reason.
Exit codes: 0 no MUST fails; 1 one does, or nobody answers; 2 wrong use.

Examples:
  mdp conformance broker tcp://127.0.0.1:5555
  mdp conformance broker tcp://127.0.0.1:5555 --protocol 0.1 --only 7-28 --json
  mdp conformance broker tcp://127.0.0.1:5555 --server-key broker.cert
  mdp conformance worker --bind 'tcp://127.0.0.1:*' --patience 1min
  mdp conformance worker --bind 'tcp://127.0.0.1:5555' --certificate broker.cert
)");
}

void add_options(options& all, settings& set) {
  all.positional("broker|worker", set.role, "What to check.");
  all.positionals("ENDPOINT", set.endpoints, "Where the broker listens.");
  all.group("Peer");
  all.text("bind", "ENDPOINT", set.bind, "Where to listen for the worker.");
  all.choice("protocol",
             {{"0.1", protocol::v0_1}, {"0.2", protocol::v0_2}, {"both", protocol::both}},
             set.spoken, "Version of MDP to speak: RFC 7, RFC 18, or what the peer understands.");
  all.time("heartbeat", 1ms, set.checks.heartbeat, "Pause between heartbeats, as the peer is set.");
  all.number("liveness", "N", 1U, set.checks.liveness,
             "Heartbeats that may be missed, as the peer is set.");
  all.group("Checks");
  all.time("patience", 1ms, set.checks.patience,
           "How long to wait for what should come, a worker's first READY included.");
  all.texts("only", "ITEM", set.checks.only,
            "Play only this item, such as 7-28. May be given more than once.");
  add_curve_options(all, set.curve);
  all.group("Output");
  all.toggle("json", set.is_json, "Print JSON instead of a table.");
}

/// Who plays the broker needs a certificate, and nothing else.
void complete_own_certificate(const curve_options& set, security::curve_config& curve,
                              std::vector<std::string>& findings) {
  if (!set.server_key.empty() || !set.user.empty() || !set.password_file.empty())
    findings.emplace_back(
      "a worker is checked with --certificate FILE, the broker's, or without CURVE; "
      "--server-key, --user and --password-file are for checking a broker");
  load_certificate(set, curve, findings);
}

std::vector<std::string> complete(settings& set) {
  using conformance::version;
  const bool is_broker = set.role == "broker";
  if (!is_broker && set.role != "worker")
    return {"it is a broker or a worker that can be checked, not a \"" + set.role + '"'};
  if (is_broker && (set.endpoints.size() != 1 || !set.bind.empty()))
    return {"a broker is checked at one ENDPOINT, without --bind"};
  if (!is_broker && (!set.endpoints.empty() || set.bind.empty()))
    return {"a worker is checked at --bind ENDPOINT, to which it connects"};
  set.checks.endpoint = is_broker ? set.endpoints.front() : set.bind;
  if (set.spoken != protocol::both)
    set.checks.versions = {set.spoken == protocol::v0_1 ? version::v0_1 : version::v0_2};
  set.checks.insists = set.spoken != protocol::both;
  auto findings = is_broker ? validate_for_broker(set.checks) : validate_for_worker(set.checks);
  auto& sockets = set.checks.sockets;
  if (is_broker)
    complete_curve(set.curve, sockets.curve, sockets.plain, findings);
  else
    complete_own_certificate(set.curve, sockets.curve, findings);
  return findings;
}

/// One line that is written over and over, when somebody watches.
class progress_line {
public:
  void show(std::size_t number, std::size_t of, const conformance::outcome& begun) const {
    if (is_watched_)
      std::fprintf(stderr, "\r[%zu/%zu] %s MDP %s: %s\x1b[K", number, of, begun.item.c_str(),
                   std::string(to_string(begun.spoken)).c_str(), begun.title.c_str());
  }

  void clear() const {
    if (is_watched_)
      std::fputs("\r\x1b[K", stderr);
  }

private:
  bool is_watched_ = isatty(STDERR_FILENO) == 1;
};

} // namespace

int run_conformance(const std::vector<std::string>& arguments) {
  const auto about = info();
  settings set;
  options all(about);
  add_options(all, set);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  if (const auto findings = complete(set); !findings.empty())
    return report_wrong_use(about, findings);
  const progress_line line;
  const conformance::hooks notify{
    [](const std::string& endpoint) {
      std::fprintf(stderr, "%s: waiting for a worker at %s\n", client_program, endpoint.c_str());
    },
    [&line](std::size_t number, std::size_t of, const conformance::outcome& begun) {
      line.show(number, of, begun);
    }};
  const auto outcome = set.role == "broker" ? conformance::check_broker(set.checks, notify)
                                            : conformance::check_worker(set.checks, notify);
  line.clear();
  if (!outcome) {
    std::fprintf(stderr, "%s: %s\n", client_program, outcome.error().c_str());
    return exit_code::failure;
  }
  const auto text = set.is_json ? report_json(*outcome) : report_table(*outcome);
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
    throw std::runtime_error("cannot write the report to standard output");
  return outcome->conforms() ? exit_code::success : exit_code::failure;
}

} // namespace mdp::apps
