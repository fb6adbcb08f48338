#include "support/curve_options.hpp"

#include "mdp/security/certificate.hpp"
#include "mdp/security/password_file.hpp"
#include "mdp/security/secret_file.hpp"
#include "mdp/security/security_defaults.hpp"

#include <tl/expected.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace mdp::apps {

namespace {

/// The first line of a file that only its owner can read.
tl::expected<std::shared_ptr<security::secret>, std::string>
read_password(const std::string& path) {
  const auto text =
    security::read_secret_file(path, security::file_privacy::hidden, defaults::password_max_bytes);
  if (!text)
    return tl::unexpected(text.error());
  const auto line = text->bytes().first(std::min(text->text().find('\n'), text->size()));
  if (line.empty() || line.size() > defaults::plain_max_bytes)
    return tl::unexpected(path + ": the first line must be a password of up to " +
                          std::to_string(defaults::plain_max_bytes) + " bytes");
  auto password = std::make_shared<security::secret>(line.size());
  std::ranges::copy(line, password->bytes().begin());
  return password;
}

void complete_plain(const curve_options& set, security::plain_config& plain,
                    std::vector<std::string>& findings) {
  if (set.user.empty() != set.password_file.empty())
    findings.emplace_back("--user and --password-file are of use together only");
  if (set.user.empty() || set.password_file.empty())
    return;
  if (!set.server_key.empty())
    findings.emplace_back("--user and --server-key: a broker speaks PLAIN or CURVE, not both");
  if (const auto wrong = security::password_file::check_user(set.user))
    findings.push_back("--user: " + *wrong);
  plain.user = set.user;
  if (auto password = read_password(set.password_file))
    plain.password = *std::move(password);
  else
    findings.push_back("--password-file: " + password.error());
}

} // namespace

void add_curve_options(options& all, curve_options& set) {
  all.group("Encryption");
  all.text("server-key", "KEY|FILE", set.server_key,
           "The broker's public key, as it prints it at its start, or its public file. Everything "
           "is encrypted then, and nobody else can pretend to be the broker.");
  all.text("certificate", "FILE", set.certificate,
           "Be known to the broker by this certificate (mdp keygen); FILE_secret lies beside it. "
           "Without it, it sees a key made up for the moment.");
  all.text("user", "NAME", set.user,
           "Be known by this name and a password, which are sent in the clear: for a broker with "
           "--plain.");
  all.text("password-file", "FILE", set.password_file,
           "The first line of it is the password. Only its owner may be able to read it.");
}

void complete_curve(const curve_options& set, security::curve_config& curve,
                    security::plain_config& plain, std::vector<std::string>& findings) {
  complete_plain(set, plain, findings);
  if (set.server_key.empty()) {
    if (!set.certificate.empty())
      findings.emplace_back("--certificate is of use with --server-key only");
    return;
  }
  if (auto key = security::key_or_file(set.server_key))
    curve.server = *key;
  else
    findings.push_back("--server-key: " + key.error());
  load_certificate(set, curve, findings);
}

void load_certificate(const curve_options& set, security::curve_config& curve,
                      std::vector<std::string>& findings) {
  if (set.certificate.empty())
    return;
  if (auto own = security::certificate::load(set.certificate))
    curve.own = std::make_shared<security::certificate>(*std::move(own));
  else
    findings.push_back("--certificate: " + own.error());
}

} // namespace mdp::apps
