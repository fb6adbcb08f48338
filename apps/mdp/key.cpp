#include "mdp/commands.hpp"
#include "mdp/security/certificate.hpp"
#include "support/program.hpp"

#include <cstdio>

namespace mdp::apps {

namespace {

program_info info() {
  return client_command("key", "show FILE [OPTION...]",
                        "Shows what a certificate's file says: its public key, and what its owner "
                        "says about it. Never the secret.",
                        R"(FILE is either of the two files.
Exit codes: 0 it is a certificate; 1 it is none, or cannot be read; 2 wrong use.

Example:
  mdp key show alice.cert
)");
}

} // namespace

int run_key(const std::vector<std::string>& arguments) {
  const auto about = info();
  std::string what;
  std::string file;
  auto log_level = spdlog::level::warn;
  options all(about);
  all.positional("show", what, "What to do; there is nothing else.");
  all.positional("FILE", file, "A certificate.");
  all.log_level(log_level);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  if (what != "show")
    return report_wrong_use(about, {"a key can be shown, not \"" + what + "\": mdp key show FILE"});
  const auto shown = security::load_public_certificate(file);
  if (!shown) {
    std::fprintf(stderr, "%s: %s\n", client_program, shown.error().c_str());
    return exit_code::failure;
  }
  std::printf("public key: %s\n", shown->key.text().c_str());
  for (const auto& [name, value] : shown->metadata)
    std::printf("%s: %s\n", name.c_str(), value.c_str());
  return exit_code::success;
}

} // namespace mdp::apps
