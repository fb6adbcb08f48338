#pragma once

#include "mdp/engine/job.hpp"
#include "mdp/frame.hpp"
#include "mdp/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Where requests go that the configuration sends elsewhere than their names say (`[[route]]`).
///
///     a request ──► first rule that fits and hits ──┬─ discard ──► refused, counted by its reason
///           │                                       ├─ to ───────► that service
///           └── none ──► as it was asked for        ├─ mirror ───► that service as well, its answer
///                                                   │              goes to nobody
///                                                   └─ nothing ──► as it was asked for
///
/// A rule fits by service, client and user, each a name or a pattern, and hits a share of what fits it,
/// in percent. Which share is decided by a hash, of the request or of the client, so it needs no
/// memory, and the same request always takes the same way. Each rule draws for itself: 50 behind 50
/// gets a quarter of all.
///
/// What a rule sends elsewhere is looked at by no other rule: there are no chains, and so no circles.
///
/// Made once, before the broker starts, and then only read: any thread may.
namespace mdp::engine {

/// Who asks for what is mirrored. No client ever has this id.
inline constexpr peer_id mirror_client{std::numeric_limits<std::uint64_t>::max()};

/// What a rule's share is a share of.
enum class route_share : std::uint8_t {
  requests, ///< each draws for itself
  clients,  ///< all of one client go the same way
};

inline constexpr std::size_t route_share_count = static_cast<std::size_t>(route_share::clients) + 1;

/// The enumerator's name, as in configuration.
[[nodiscard]] constexpr std::string_view to_string(route_share share) noexcept {
  constexpr std::string_view names[] = {"requests", "clients"};
  static_assert(std::size(names) == route_share_count);
  return names[static_cast<std::size_t>(share)];
}

/// One rule. A name, a pattern, or `*` for whatever there is, no name at all included.
struct route_rule {
  std::string service = "*";
  std::string client = "*"; ///< A client's routing id.
  std::string user = "*";   ///< Who it has proved to be; the empty name is nobody.
  std::uint32_t percent = 100;
  route_share share = route_share::requests;
  std::uint64_t seed = 0; ///< Of the draw: another seed, another share.
  std::string to;         ///< Empty: to the service that was asked for.
  std::string mirror;     ///< Empty: to nobody else.
  std::string
    discard; ///< Why; empty: it is not discarded. Then there is neither `to` nor `mirror`.
};

/// What is wrong with a rule, a part of a sentence each; empty if nothing is.
[[nodiscard]] std::vector<std::string> problems_of(const route_rule& rule);

class route_rules {
public:
  explicit route_rules(std::vector<route_rule> rules) : rules_(std::move(rules)) {}

  [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

  /// The rule that says where `what` goes, which asks for `service`; null: none does. Valid as long as
  /// this is.
  [[nodiscard]] const route_rule* find(std::string_view service, const job& what) const;

  /// Calls `visit(name)` for each service, other than `service` itself, to which a request for it may
  /// have been sent. A name may come more than once.
  template <class Visitor>
  void for_each_target(std::string_view service, Visitor&& visit) const {
    for (const auto& rule : rules_)
      if (!rule.to.empty() && rule.to != service && fits_service(rule, service))
        visit(rule.to);
  }

private:
  [[nodiscard]] static bool fits_service(const route_rule& rule, std::string_view service) noexcept;
  [[nodiscard]] bool hits(std::size_t place, const job& what) const noexcept;

  std::vector<route_rule> rules_;
};

} // namespace mdp::engine
