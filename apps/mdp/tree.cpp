#include "mdp/asking_client.hpp"
#include "mdp/commands.hpp"
#include "mdp/listing.hpp"
#include "support/program.hpp"
#include "support/tree_text.hpp"

#include <cstdio>

namespace mdp::apps {

namespace {

program_info info() {
  return client_command(
    "tree", "[OPTION...]",
    "Prints the supervision tree of a broker: who watches whom, what is running "
    "and what had to be started again. Asks mmi.tree, an addition of mdp-broker.",
    R"(Exit codes: 0 printed; 1 nobody answers, or with something else; 2 wrong use;
130 Ctrl-C.

Examples:
  mdp tree
  mdp tree --broker tcp://127.0.0.1:5555
)");
}

} // namespace

int run_tree(const std::vector<std::string>& arguments) {
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
  const auto document = ask_for_listing(client, "mmi.tree");
  if (!document)
    return document.error();
  const auto text = tree_text(*document);
  if (!text)
    return fail_with("the broker's answer to mmi.tree is " + text.error());
  std::fputs(text->c_str(), stdout);
  return exit_code::success;
}

} // namespace mdp::apps
