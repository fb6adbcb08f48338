#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/mmi.hpp"
#include "mdp/engine/service_pattern.hpp"
#include "mdp/engine/service_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

/// Which service names a broker knows, where requests for a name go, and when it may forget one.
///
///     a name                      | find()
///     ----------------------------+---------------------------------------------------
///     reserved (8-1)              | internal: never gets a queue
///     known                       | known: its queue
///     unknown, room left          | unknown: the owner starts a queue and calls add()
///     unknown, no room left (T8)  | full
///
/// A part of the room is for names that workers offer: otherwise one client that makes up names would
/// keep every new service out.
///
/// A request may name a service that nobody offers yet and is queued all the same (7-11), so names
/// are state that any peer can create: bounded here, and removed when a queue has been idle. A queue
/// asks to go with the number of messages it got; if the catalog has passed on just as many, none is
/// under way and remove_if_settled() removes it, otherwise it stays.
///
/// A worker may offer a pattern (`service_pattern.hpp`), which is a name like any other with a queue
/// of its own; a rule may say that requests which fit a pattern are served by the queue of a name.
/// Requests go, see route(), to
///
///     1. the queue of exactly their name, if a worker is there
///     2. that of the longest pattern that fits, if a worker is there
///     3. the queue of exactly their name, to wait
///
/// Who is there changes, and requests that wait must not wait where nobody comes while somebody else
/// would serve them: set_staffed() says which queues have to give back what waits in them, so that it
/// is routed anew.
namespace mdp::engine {

enum class name_verdict : std::uint8_t { known, unknown, internal, full };

/// Why somebody wants to know.
enum class name_use : std::uint8_t {
  asked,   ///< a client has a request for it; anybody can make that up
  offered, ///< a worker, or the broker itself, has use for it
};

/// `Handle` is whatever the owner reaches a queue by. Not synchronised.
template <class Handle>
class service_catalog {
public:
  struct entry {
    Handle handle{};
    std::uint64_t passed_on = 0; ///< Messages for the queue; the owner counts each.
    bool is_staffed = false;     ///< A worker is there.
  };

  struct answer {
    name_verdict verdict{};
    entry* known = nullptr; ///< Valid until the catalog changes.
    std::string name{};     ///< Of the queue, where route() leads to another than was asked for.
  };

  /// Without `patterns` a `*` at the end of a name has no meaning.
  explicit service_catalog(std::size_t max_services,
                           std::shared_ptr<const service_rules> rules = {}, bool patterns = true)
      : max_services_(max_services),
        max_asked_(max_services - max_services / defaults::offered_services_part),
        rules_(std::move(rules)),
        has_patterns_(patterns) {
    if (rules_ && has_patterns_)
      ++pattern_lengths_[rules_->longest_served_pattern()];
  }

  [[nodiscard]] answer find(const std::string& service, name_use why = name_use::asked) {
    if (is_reserved_service(service))
      return {name_verdict::internal};
    if (const auto place = entries_.find(service); place != entries_.end())
      return {name_verdict::known, &place->second};
    const auto bound = why == name_use::offered ? max_services_ : max_asked_;
    return {entries_.size() < bound ? name_verdict::unknown : name_verdict::full};
  }

  /// Where a request for `service` goes.
  [[nodiscard]] answer route(const std::string& service) {
    auto exact = find(service);
    if (exact.verdict == name_verdict::internal || longest_pattern() == 0 ||
        (exact.known != nullptr && exact.known->is_staffed))
      return exact;
    if (auto other = staffed_pattern_for(service))
      return *std::move(other);
    return exact;
  }

  /// Calls `visit(entry)` for each queue that may hold a request for `service`.
  template <class Visitor>
  void for_each_candidate(const std::string& service, Visitor&& visit) {
    const auto visit_known = [&](const std::string& name) {
      if (const auto found = find(name); found.known != nullptr)
        visit(*found.known);
    };
    visit_known(service);
    if (longest_pattern() == 0)
      return;
    static_cast<void>(find_pattern(service, longest_pattern(), [&](const std::string& pattern) {
      visit_known(pattern);
      if (const auto* by = served_by(pattern); by != nullptr && *by != service)
        visit_known(*by);
      return std::optional<bool>();
    }));
  }

  entry& add(const std::string& service, Handle handle) {
    if (has_patterns_ && is_pattern(service) && !entries_.contains(service))
      ++pattern_lengths_[service.size()];
    return entries_.insert_or_assign(service, entry{std::move(handle), 0}).first->second;
  }

  /// A queue has its first worker now, or has lost its last one: the queues that have to give back
  /// what waits in them.
  [[nodiscard]] std::vector<entry*> set_staffed(const std::string& service, bool is_staffed) {
    std::vector<entry*> to_yield;
    const auto place = entries_.find(service);
    if (place == entries_.end())
      return to_yield;
    place->second.is_staffed = is_staffed;
    if (longest_pattern() == 0)
      return to_yield;
    if (!is_staffed) {
      // What waits here may be served elsewhere, or belongs to other names altogether.
      to_yield.push_back(&place->second);
      return to_yield;
    }
    for (auto& [name, known] : entries_)
      if (!known.is_staffed && may_serve(service, name) && route(name).name == service)
        to_yield.push_back(&known);
    return to_yield;
  }

  /// True if nothing is under way to the queue, which is forgotten then.
  bool remove_if_settled(const std::string& service, std::uint64_t received) {
    const auto place = entries_.find(service);
    if (place == entries_.end() || place->second.passed_on != received)
      return false;
    entries_.erase(place);
    if (has_patterns_ && is_pattern(service))
      if (const auto length = pattern_lengths_.find(service.size()); --length->second == 0)
        pattern_lengths_.erase(length);
    return true;
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  template <class Visitor>
  void for_each(Visitor&& visit) {
    for (auto& [service, known] : entries_)
      visit(service, known);
  }

private:
  [[nodiscard]] std::size_t longest_pattern() const noexcept {
    return pattern_lengths_.empty() ? 0 : pattern_lengths_.rbegin()->first;
  }

  [[nodiscard]] const std::string* served_by(const std::string& pattern) const {
    return rules_ ? rules_->served_by(pattern) : nullptr;
  }

  [[nodiscard]] std::optional<answer> staffed_pattern_for(const std::string& service) {
    return find_pattern(service, longest_pattern(), [&](const std::string& pattern) {
      for (const auto* name : {&pattern, served_by(pattern)})
        if (name != nullptr && *name != service)
          if (const auto place = entries_.find(*name);
              place != entries_.end() && place->second.is_staffed)
            return std::optional(answer{name_verdict::known, &place->second, *name});
      return std::optional<answer>();
    });
  }

  /// A quick look that spares most names the whole one.
  [[nodiscard]] bool may_serve(const std::string& service, const std::string& name) const {
    return fits(service, name) || (rules_ && rules_->serves_patterns(service));
  }

  std::size_t max_services_;
  std::size_t max_asked_;
  std::shared_ptr<const service_rules> rules_;
  bool has_patterns_;
  std::unordered_map<std::string, entry> entries_;
  std::map<std::size_t, std::size_t> pattern_lengths_; // of all that is known, and how often
};

} // namespace mdp::engine
