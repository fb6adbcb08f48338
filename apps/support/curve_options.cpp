#include "support/curve_options.hpp"

#include "mdp/security/certificate.hpp"

#include <memory>
#include <utility>

namespace mdp::apps {

void add_curve_options(options& all, curve_options& set) {
  all.group("Encryption");
  all.text("server-key", "KEY|FILE", set.server_key,
           "The broker's public key, as it prints it at its start, or its public file. Everything "
           "is encrypted then, and nobody else can pretend to be the broker.");
  all.text("certificate", "FILE", set.certificate,
           "Be known to the broker by this certificate (mdp keygen); FILE_secret lies beside it. "
           "Without it, it sees a key made up for the moment.");
}

void complete_curve(const curve_options& set, security::curve_config& curve,
                    std::vector<std::string>& findings) {
  if (set.server_key.empty()) {
    if (!set.certificate.empty())
      findings.emplace_back("--certificate is of use with --server-key only");
    return;
  }
  if (auto key = security::key_or_file(set.server_key))
    curve.server = *key;
  else
    findings.push_back("--server-key: " + key.error());
  if (set.certificate.empty())
    return;
  if (auto own = security::certificate::load(set.certificate))
    curve.own = std::make_shared<security::certificate>(*std::move(own));
  else
    findings.push_back("--certificate: " + own.error());
}

} // namespace mdp::apps
