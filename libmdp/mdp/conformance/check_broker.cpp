#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/runner.hpp"

#include <zmq.hpp>

#include <iterator>

namespace mdp::conformance {

namespace {

std::string versions_text(const std::vector<version>& versions) {
  std::string text;
  for (const auto v : versions)
    text.append(text.empty() ? "" : " or ").append(to_string(v));
  return text;
}

} // namespace

checks<broker_stage> all_broker_checks() {
  checks<broker_stage> all;
  for (auto* theme : {client_checks, worker_frames_checks, heartbeat_checks, loss_checks,
                      mmi_checks, lifecycle_checks, dropped_checks, hostile_checks}) {
    const auto some = theme();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::vector<std::string> broker_items() {
  return items_of(all_broker_checks());
}

std::vector<std::string> validate_for_broker(const settings& set) {
  return find_problems(set, net::endpoint_use::connect, broker_items());
}

tl::expected<report, std::string> check_broker(const settings& set, const hooks& notify) {
  try {
    broker_stage stage(set);
    if (!stage.is_listening())
      return tl::unexpected("nobody answers at " + set.endpoint);
    if (!stage.find_out())
      return tl::unexpected("who listens at " + set.endpoint +
                            " does not serve as a broker of MDP " + versions_text(set.versions));
    return report{"broker " + set.endpoint, play_all(all_broker_checks(), stage, set, notify)};
  } catch (const zmq::error_t& error) {
    return tl::unexpected(set.endpoint + ": " + error.what());
  }
}

} // namespace mdp::conformance
