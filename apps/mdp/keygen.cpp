#include "mdp/commands.hpp"
#include "mdp/security/certificate.hpp"
#include "support/program.hpp"

#include <cstdio>

namespace mdp::apps {

namespace {

struct settings {
  std::string file;
  std::string name;
  std::vector<std::string> meta;
  spdlog::level::level_enum log_level = spdlog::level::warn;
};

program_info info() {
  return client_command(
    "keygen", "FILE [OPTION...]",
    "Makes a CURVE key pair and writes it into two files: FILE, which anybody "
    "may have, and FILE_secret, which nobody but its owner may read.",
    R"(The files are in the format of CZMQ and pyzmq. Neither may be there already.
A broker that is told --client-keys lets in whose public file it has; the name
is the user that its rules and its log speak of.
Exit codes: 0 they are written; 1 they are not; 2 wrong use.

Examples:
  mdp keygen --name alice alice.cert
  mdp keygen --name scanner-7 --meta place=cellar scanner.cert
  mdp key show alice.cert
)");
}

/// The metadata that was asked for, or what is wrong with it.
tl::expected<security::certificate_metadata, std::string> metadata_of(const settings& set) {
  security::certificate_metadata metadata;
  for (const auto& text : set.meta) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      return tl::unexpected("--meta expects NAME=VALUE, not \"" + text + '"');
    metadata[text.substr(0, equals)] = text.substr(equals + 1);
  }
  if (!set.name.empty())
    metadata["name"] = set.name;
  if (auto wrong = security::check_metadata(metadata))
    return tl::unexpected(*std::move(wrong));
  return metadata;
}

} // namespace

int run_keygen(const std::vector<std::string>& arguments) {
  const auto about = info();
  settings set;
  options all(about);
  all.positional("FILE", set.file, "The public file to write.");
  all.group("Certificate");
  all.text("name", "NAME", set.name, "Whom it belongs to.");
  all.texts("meta", "NAME=VALUE", set.meta,
            "What else it says about its owner. May be given more than once.");
  all.log_level(set.log_level);
  if (const auto done = answer(about, all.parse(arguments)))
    return *done;
  auto metadata = metadata_of(set);
  if (!metadata)
    return report_wrong_use(about, {metadata.error()});
  const auto made = security::certificate::generate(*std::move(metadata));
  if (const auto saved = made.save(set.file); !saved) {
    std::fprintf(stderr, "%s: %s\n", client_program, saved.error().c_str());
    return exit_code::failure;
  }
  std::printf("public key: %s\n%s is for everybody; keep %s to yourself\n",
              made.key().text().c_str(), set.file.c_str(),
              security::secret_file_of(set.file).c_str());
  return exit_code::success;
}

} // namespace mdp::apps
