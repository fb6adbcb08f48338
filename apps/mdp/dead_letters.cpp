#include "mdp/asking_client.hpp"
#include "mdp/commands.hpp"
#include "mdp/listing.hpp"
#include "support/dead_letter_list.hpp"
#include "support/program.hpp"

#include <cstdio>

namespace mdp::apps {

namespace {

program_info info() {
  return client_command(
    "dead-letters", "[OPTION...]",
    "Lists the latest requests that a broker has given up because every worker that tried them "
    "was lost, the latest first: how long ago, the service, the client's routing id, how often "
    "it was tried, its size, and how it begins.",
    R"(The question is mmi.dead_letters, which is an addition of mdp-broker.
Exit codes: 0 here they are, if any; 1 nobody answers; 2 wrong use; 130 Ctrl-C.

Examples:
  mdp dead-letters
  mdp dead-letters --broker tcp://127.0.0.1:5555
)");
}

} // namespace

int run_dead_letters(const std::vector<std::string>& arguments) {
  const auto about = info();
  client_settings set;
  options all(about);
  add_client_options(all, set);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  if (const auto findings = complete(set); !findings.empty())
    return report_wrong_use(about, findings);
  start_logging(client_program, set.log_level);
  asking_client client(set);
  const auto document = ask_for_listing(client, "mmi.dead_letters");
  if (!document)
    return document.error();
  const auto letters = read_dead_letters(*document);
  if (!letters)
    return fail_with("the broker's answer to mmi.dead_letters is " + letters.error());
  std::fputs(dead_letter_table(*letters).c_str(), stdout);
  return exit_code::success;
}

} // namespace mdp::apps
