#pragma once

#include "mdp/engine/job.hpp"
#include "mdp/engine/service_queue.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

/// What the broker's configuration says about single services: their queues, how long requests for
/// them live, and which requests are urgent. A rule's name may be a pattern (`service_pattern.hpp`).
///
///     question                        | answer
///     --------------------------------+------------------------------------------------------------
///     what holds for this service?    | the rule of exactly its name, else the longest that fits
///     how urgent is this request?     | the first rule of priority that fits service and client
///
/// Made once, before the broker starts, and then only read: any thread may.
namespace mdp::engine {

struct service_rule {
  std::string service; ///< A name, or a pattern.
  queue_config queue;
  std::optional<duration> request_ttl; ///< Nothing: as for all others.
  /// Of a pattern: the service whose workers serve what fits and has no workers of its own; empty:
  /// none. So workers that know nothing of patterns can serve one.
  std::string served_by;
};

/// Requests that both fit are this urgent.
struct priority_rule {
  std::string service = "*"; ///< A name, or a pattern.
  std::string client = "*"; ///< A client's routing id, or a pattern for it; `*` fits the empty one.
  priority urgency = priority::normal;
};

class service_rules {
public:
  /// If a name comes twice, the first counts.
  service_rules(const std::vector<service_rule>& services, std::vector<priority_rule> priorities);

  /// The rule for `service`; null if there is none. Valid as long as this is.
  [[nodiscard]] const service_rule* find(const std::string& service) const;

  /// Whose workers serve what fits exactly this pattern; null: nobody's by a rule.
  [[nodiscard]] const std::string* served_by(const std::string& pattern) const;
  /// Whether some rule names `service` there.
  [[nodiscard]] bool serves_patterns(const std::string& service) const {
    return serving_.contains(service);
  }
  /// The length of the longest pattern with such a rule; 0: there is none.
  [[nodiscard]] std::size_t longest_served_pattern() const noexcept { return longest_served_; }

  [[nodiscard]] priority urgency_of(std::string_view service, std::string_view client) const;

private:
  std::unordered_map<std::string, service_rule> services_;
  std::unordered_set<std::string> serving_;
  std::size_t longest_pattern_ = 0;
  std::size_t longest_served_ = 0;
  std::vector<priority_rule> priorities_;
};

} // namespace mdp::engine
