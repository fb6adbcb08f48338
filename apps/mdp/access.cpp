#include "mdp/commands.hpp"
#include "support/access_tables.hpp"
#include "support/program.hpp"

#include <algorithm>
#include <cstdio>

namespace mdp::apps {

namespace {

struct settings {
  std::string what;
  std::string user;
  std::string call;
  std::string serve;
  std::string file;
};

program_info info() {
  return client_command(
    "access", "check --rules FILE --user U --call SERVICE|--serve SERVICE",
    "Says whether the rules in a broker's file ([[access]]) let a user call a "
    "service or serve one, and which of them are about him. Asks no broker.",
    R"(A user is called by the name in his certificate or, without one, by his key; who
comes without CURVE is "". mmi.service is called like a service.
Exit codes: 0 he may; 1 he may not, or the file cannot be read; 2 wrong use.

Examples:
  mdp access check --rules broker.toml --user alice --call image.scale
  mdp access check --rules broker.toml --user scanner-7 --serve 'image.*'
)");
}

std::string list_of(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (const auto number : numbers)
    text.append(text.empty() ? "" : ", ").append(std::to_string(number));
  return text;
}

void print_reasons(const engine::user_access& access, std::size_t rules) {
  if (rules == 0)
    std::puts("there are no rules: everybody may do everything");
  else if (access.rules().empty())
    std::puts("no rule is about this user, and what no rule allows is not allowed");
  else
    std::printf("about this user: [[access]] %s of %zu\n", list_of(access.rules()).c_str(), rules);
  if (access.max_connections() > 0)
    std::printf("connections at a time: %zu\n", access.max_connections());
  if (access.max_requests_per_second() > 0)
    std::printf("requests a second: %u\n", access.max_requests_per_second());
}

} // namespace

int run_access(const std::vector<std::string>& arguments) {
  const auto about = info();
  settings set;
  auto log_level = spdlog::level::warn;
  options all(about);
  all.positional("check", set.what, "What to do; there is nothing else.");
  all.group("Question");
  all.text("rules", "FILE", set.file, "The broker's file.");
  all.text("user", "U", set.user, "Who.");
  all.text("call", "SERVICE", set.call, "May he call this?");
  all.text("serve", "SERVICE", set.serve, "May he serve this?");
  all.log_level(log_level);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  if (set.what != "check")
    return report_wrong_use(about, {"access can be checked, not \"" + set.what + '"'});
  if (set.file.empty() || !all.was_given("user"))
    return report_wrong_use(about, {"--rules FILE and --user U are needed"});
  if (set.call.empty() == set.serve.empty())
    return report_wrong_use(about, {"exactly one of --call and --serve must be given"});
  auto rules = read_access_rules(set.file);
  if (!rules) {
    std::fprintf(stderr, "%s: %s\n", client_program, rules.error().c_str());
    return exit_code::failure;
  }
  const auto count = rules->size();
  const auto access = engine::access_rules(*std::move(rules)).for_user(set.user);
  const bool may = set.call.empty() ? access->may_serve(set.serve) : access->may_call(set.call);
  std::printf("%s: \"%s\" %s %s %s\n", may ? "yes" : "no", set.user.c_str(),
              may ? "may" : "may not", set.call.empty() ? "serve" : "call",
              (set.call.empty() ? set.serve : set.call).c_str());
  print_reasons(*access, count);
  return may ? exit_code::success : exit_code::failure;
}

} // namespace mdp::apps
