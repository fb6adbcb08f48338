#include "mdp/asking_client.hpp"
#include "mdp/commands.hpp"
#include "mdp/listing.hpp"
#include "support/program.hpp"
#include "support/service_list.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace mdp::apps {

namespace {

constexpr std::string_view ok = "200";
constexpr std::string_view not_found = "404";
constexpr std::string_view not_implemented = "501";

program_info info() {
  return client_command(
    "services", "[NAME...] [OPTION...]",
    "Says of each service named whether a worker offers it. Without names, lists "
    "all services that the broker knows.",
    R"(The questions are mmi.service (RFC 8), which most brokers answer, and
mmi.services, which is an addition of mdp-broker.
Exit codes: 0 all are there; 1 one is not, or nobody answers; 2 wrong use;
130 Ctrl-C.

Examples:
  mdp services
  mdp services echo upper --broker tcp://127.0.0.1:5555
)");
}

/// The code that every answer begins with (RFC 8); empty if there is none.
std::string code_of(const message& reply) {
  return reply.empty() ? std::string() : std::string(reply[0].text());
}

int list_all(asking_client& client) {
  const auto document =
    ask_for_listing(client, "mmi.services", ". Ask for one by its name: mdp services NAME");
  if (!document)
    return document.error();
  const auto services = read_service_list(*document);
  if (!services)
    return fail_with("the broker's answer to mmi.services is " + services.error());
  std::fputs(service_table(*services).c_str(), stdout);
  return exit_code::success;
}

int look_for(asking_client& client, const std::vector<std::string>& names) {
  int result = exit_code::success;
  for (const auto& name : names) {
    const auto reply = client.ask("mmi.service", {frame(name)});
    if (!reply)
      return reply.error();
    const auto code = code_of(*reply);
    if (code == not_implemented)
      return fail_with("this broker does not say which services it has (501 to mmi.service)");
    if (code != ok)
      result = exit_code::failure;
    const auto* meaning = code == ok ? "available" : code == not_found ? "no worker" : "unknown";
    std::printf("%s %s %s\n", name.c_str(), code.c_str(), meaning);
    std::fflush(stdout);
  }
  return result;
}

} // namespace

int run_services(const std::vector<std::string>& arguments) {
  const auto about = info();
  client_settings set;
  std::vector<std::string> names;
  options all(about);
  all.positionals("NAME", names, "Services to look for.");
  add_client_options(all, set);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  auto findings = complete(set);
  for (const auto& name : names)
    std::ranges::move(validate_request(set.client, name), std::back_inserter(findings));
  if (!findings.empty())
    return report_wrong_use(about, findings);
  start_logging(client_program, set.log_level);
  asking_client client(set);
  return names.empty() ? list_all(client) : look_for(client, names);
}

} // namespace mdp::apps
