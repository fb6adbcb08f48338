#include "mdp/asking_client.hpp"
#include "mdp/commands.hpp"
#include "support/program.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <system_error>

namespace mdp::apps {

namespace {

struct settings {
  client_settings client;
  std::string service;
  std::vector<std::string> body;
  bool is_raw = false;
};

program_info info() {
  return client_command(
    "request", "SERVICE [BODY...] [OPTION...]",
    "Asks a service and prints the reply, each frame on a line of its own. Parts "
    "of a reply are printed as they come.",
    R"(A BODY that begins with a dash must stand behind --.
Exit codes: 0 there is a reply; 1 there is none, or it is an error
("mdp-status CODE TEXT" with a code of 400 or more), which then stands on
standard error; 2 wrong use; 130 Ctrl-C.

Examples:
  mdp request echo hello
  mdp request echo 'two frames' 'in one request' --protocol 0.1
  mdp request upper < letter.txt > LETTER.TXT
  mdp request thumbnail --raw --timeout 30s < photo.jpg > small.jpg
)");
}

void add_options(options& all, settings& set) {
  all.positional("SERVICE", set.service, "The service to ask.");
  all.positionals("BODY", set.body,
                  "The request, a frame each. Without it, all of standard input is one frame.");
  all.group("Output");
  all.toggle("raw", set.is_raw, "Print the bytes of the reply and nothing between or behind them.");
  add_client_options(all, set.client);
}

std::vector<std::string> find_problems(settings& set) {
  auto findings = complete(set.client);
  std::ranges::move(validate_request(set.client.client, set.service), std::back_inserter(findings));
  return findings;
}

/// One byte more than is allowed at most.
std::string read_standard_input(std::size_t allowed) {
  if (isatty(STDIN_FILENO) == 1)
    std::fprintf(stderr, "%s: type the request; Ctrl-D ends it\n", client_program);
  std::string text;
  char buffer[65536];
  while (text.size() <= allowed)
    if (const auto count = std::fread(buffer, 1, sizeof buffer, stdin); count > 0)
      text.append(buffer, count);
    else
      break;
  if (std::ferror(stdin) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot read standard input");
  return text;
}

message body_of(const settings& set) {
  if (set.body.empty())
    return {frame(read_standard_input(set.client.client.limits.max_bytes))};
  message body;
  for (const auto& text : set.body)
    body.append(frame(text));
  return body;
}

void print(const message& reply, bool is_raw) {
  for (const auto& each : reply) {
    std::fwrite(each.data(), 1, each.size(), stdout);
    if (!is_raw && !each.text().ends_with('\n'))
      std::fputc('\n', stdout);
  }
  std::fflush(stdout); // a part is of use when it comes
}

} // namespace

int run_request(const std::vector<std::string>& arguments) {
  const auto about = info();
  settings set;
  options all(about);
  add_options(all, set);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  if (const auto findings = find_problems(set); !findings.empty())
    return report_wrong_use(about, findings);
  start_logging(client_program, set.client.log_level);
  auto body = body_of(set);
  if (const auto most = set.client.client.limits.max_bytes; body.byte_count() > most)
    return report_wrong_use(about, {"the request is larger than " + std::to_string(most) +
                                    " bytes; --max-message-bytes allows more"});
  asking_client client(set.client);
  const auto reply = client.ask(set.service, std::move(body),
                                [&set](const message& part) { print(part, set.is_raw); });
  if (!reply)
    return reply.error();
  print(*reply, set.is_raw);
  if (std::ferror(stdout) != 0)
    throw std::runtime_error("cannot write the reply to standard output");
  return exit_code::success;
}

} // namespace mdp::apps
