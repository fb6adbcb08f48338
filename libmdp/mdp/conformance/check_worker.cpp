#include "mdp/conformance/runner.hpp"
#include "mdp/conformance/worker_checks.hpp"

#include <zmq.hpp>

#include <algorithm>

namespace mdp::conformance {

checks<worker_stage> all_worker_checks() {
  checks<worker_stage> all;
  for (auto* theme : {conversation_checks, worker_heartbeat_checks, worker_hostile_checks}) {
    const auto some = theme();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::vector<std::string> worker_items() {
  return items_of(all_worker_checks());
}

std::vector<std::string> validate_for_worker(const settings& set) {
  return find_problems(set, net::endpoint_use::bind, worker_items());
}

tl::expected<report, std::string> check_worker(const settings& set, const hooks& notify) {
  try {
    worker_stage stage(set);
    if (notify.on_bound)
      notify.on_bound(stage.endpoint());
    const auto spoken = stage.wait_for_worker();
    if (!spoken)
      return tl::unexpected("no worker came to " + stage.endpoint());
    if (std::find(set.versions.begin(), set.versions.end(), *spoken) == set.versions.end())
      return tl::unexpected("the worker at " + stage.endpoint() + " speaks MDP " +
                            std::string(to_string(*spoken)));
    auto set_for_it = set;
    set_for_it.versions = {*spoken};
    return report{"worker at " + stage.endpoint(),
                  play_all(all_worker_checks(), stage, set_for_it, notify)};
  } catch (const zmq::error_t& error) {
    return tl::unexpected(set.endpoint + ": " + error.what());
  }
}

} // namespace mdp::conformance
