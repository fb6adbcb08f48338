#include "mdp/asking_client.hpp"
#include "mdp/commands.hpp"
#include "mdp/security/certificate.hpp"
#include "mdp/security/known_keys.hpp"
#include "mdp/security/sealed_body.hpp"
#include "support/program.hpp"
#include "support/worker_keys.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace mdp::apps {

namespace {

struct settings {
  client_settings client;
  std::string service;
  std::vector<std::string> body;
  bool is_raw = false;
  std::string seal_for;   ///< A key or a file, or empty.
  std::string known_keys; ///< A file, or empty.
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
  mdp request vault secret --known-keys ~/.mdp-keys
)");
}

void add_options(options& all, settings& set) {
  all.positional("SERVICE", set.service, "The service to ask.");
  all.positionals("BODY", set.body,
                  "The request, a frame each. Without it, all of standard input is one frame.");
  all.group("Output");
  all.toggle("raw", set.is_raw, "Print the bytes of the reply and nothing between or behind them.");
  all.group("Sealing");
  all.text("seal-for", "KEY|FILE", set.seal_for,
           "Seal the request for the workers that have the other half of this key, and take only "
           "what they "
           "have sealed: the broker can read nothing.");
  all.text(
    "known-keys", "FILE", set.known_keys,
    "The same, with the key that the service's workers announce at the broker. The first one is "
    "trusted and written to FILE; another one later is an error.");
  add_client_options(all, set.client);
}

std::vector<std::string> find_problems(settings& set) {
  auto findings = complete(set.client);
  if (!set.seal_for.empty() && !set.known_keys.empty())
    findings.emplace_back("--seal-for and --known-keys: the key is given, or it is fetched");
  if (!set.seal_for.empty())
    if (const auto key = security::key_or_file(set.seal_for); !key)
      findings.push_back("--seal-for: " + key.error());
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

int fail(const std::string& line) {
  std::fprintf(stderr, "%s: %s\n", client_program, line.c_str());
  return exit_code::failure;
}

/// What the service's workers announce, if it is what is known of them. The error is an exit code.
tl::expected<security::public_key, int> fetch_key(asking_client& client, const settings& set) {
  auto known = security::known_keys::load(set.known_keys);
  if (!known)
    return tl::unexpected(fail(known.error()));
  const auto listed = client.ask("mmi.workers", {frame()});
  if (!listed)
    return tl::unexpected(listed.error());
  if (listed->size() != 2 || (*listed)[0].text() != "200")
    return tl::unexpected(fail("the broker does not list its workers"));
  const auto found = announced_key((*listed)[1].text(), set.service);
  if (!found)
    return tl::unexpected(fail(found.error()));
  // A name that is asked for the first time is worth as much as the pattern that serves it.
  const auto names = known->knows(set.service) || found->offered_as == set.service
                       ? std::vector{set.service}
                       : std::vector{found->offered_as, set.service};
  for (const auto& name : names) {
    const auto is_new = known->trust(name, found->key);
    if (!is_new)
      return tl::unexpected(fail(is_new.error()));
    if (*is_new)
      std::fprintf(stderr, "%s: the key of %s is %s from now on, says the broker\n", client_program,
                   name.c_str(), found->key.text().c_str());
  }
  return found->key;
}

/// Asks, and prints what comes; returns the exit code.
int ask_sealed(asking_client& client, const settings& set, const message& body) {
  const auto key = set.seal_for.empty()
                     ? fetch_key(client, set)
                     : tl::expected<security::public_key, int>(
                         security::key_or_file(set.seal_for).value()); // it was looked at before
  if (!key)
    return key.error();
  auto sealed = security::seal_request(body, *key);
  if (!sealed)
    return fail("the request cannot be sealed: " + std::string(to_string(sealed.error())));
  std::optional<security::seal_refusal> refusal; // the client's thread writes it while we wait
  const auto open = [&](const message& part, bool is_last) {
    if (refusal)
      return;
    const auto opened = sealed->reply.open(part);
    if (!opened)
      refusal = opened.error();
    else if (opened->is_last != is_last)
      refusal = security::seal_refusal::out_of_order;
    else
      print(opened->body, set.is_raw);
  };
  const auto reply = client.ask(set.service, std::move(sealed->body),
                                [&](const message& part) { open(part, false); });
  if (!reply)
    return reply.error();
  open(*reply, true);
  if (refusal)
    return fail("the reply is not the worker's word: " + std::string(to_string(*refusal)));
  return exit_code::success;
}

int ask_openly(asking_client& client, const settings& set, message body) {
  const auto reply = client.ask(set.service, std::move(body),
                                [&set](const message& part) { print(part, set.is_raw); });
  if (!reply)
    return reply.error();
  print(*reply, set.is_raw);
  return exit_code::success;
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
  const bool is_sealed = !set.seal_for.empty() || !set.known_keys.empty();
  const auto code =
    is_sealed ? ask_sealed(client, set, body) : ask_openly(client, set, std::move(body));
  if (std::ferror(stdout) != 0)
    throw std::runtime_error("cannot write the reply to standard output");
  return code;
}

} // namespace mdp::apps
