#include "mdp-broker/broker_certificate.hpp"

#include "mdp/security/certificate.hpp"

#include <unistd.h>

#include <memory>
#include <string_view>
#include <utility>

namespace mdp::apps {

namespace {

/// Where others find what listens at all addresses: under this machine's name.
std::string reachable(const std::string& endpoint) {
  constexpr std::string_view everywhere[] = {"tcp://0.0.0.0:", "tcp://[::]:"};
  for (const auto prefix : everywhere) {
    char name[256]{};
    if (endpoint.starts_with(prefix) && ::gethostname(name, sizeof name - 1) == 0)
      return "tcp://" + std::string(name) + ':' + endpoint.substr(prefix.size());
  }
  return endpoint;
}

} // namespace

void complete_curve(broker_settings& set, std::vector<std::string>& findings) {
  if (!set.curve) {
    if (!set.client_keys.empty())
      findings.emplace_back(
        "--client-keys is of use with --curve only: without it nobody shows a key");
    return;
  }
  if (!set.client_keys.empty()) {
    if (auto keys = security::key_store::open(set.client_keys))
      set.broker.keys = *std::move(keys);
    else
      findings.push_back("--client-keys: " + keys.error());
  }
  if (!findings.empty())
    return;
  if (auto own = security::certificate::load_or_generate(set.certificate, {{"name", "mdp-broker"}}))
    set.broker.sockets.curve.own = std::make_shared<security::certificate>(*std::move(own));
  else
    findings.push_back("--certificate: " + own.error());
}

std::string line_for_clients(const broker_settings& set, const std::string& endpoint) {
  // No character of Z85 means anything to a shell between these quotes.
  return "--broker " + reachable(endpoint) + " --server-key '" +
         set.broker.sockets.curve.own->key().text() + '\'';
}

} // namespace mdp::apps
