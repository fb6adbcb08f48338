#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/mmi.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

/// Which service names a broker knows, and when it may forget one.
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
  };

  struct answer {
    name_verdict verdict{};
    entry* known = nullptr; ///< Valid until the catalog changes.
  };

  explicit service_catalog(std::size_t max_services)
      : max_services_(max_services),
        max_asked_(max_services - max_services / defaults::offered_services_part) {}

  [[nodiscard]] answer find(const std::string& service, name_use why = name_use::asked) {
    if (is_reserved_service(service))
      return {name_verdict::internal};
    if (const auto place = entries_.find(service); place != entries_.end())
      return {name_verdict::known, &place->second};
    const auto bound = why == name_use::offered ? max_services_ : max_asked_;
    return {entries_.size() < bound ? name_verdict::unknown : name_verdict::full};
  }

  entry& add(const std::string& service, Handle handle) {
    return entries_.insert_or_assign(service, entry{std::move(handle), 0}).first->second;
  }

  /// True if nothing is under way to the queue, which is forgotten then.
  bool remove_if_settled(const std::string& service, std::uint64_t received) {
    const auto place = entries_.find(service);
    if (place == entries_.end() || place->second.passed_on != received)
      return false;
    entries_.erase(place);
    return true;
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  template <class Visitor>
  void for_each(Visitor&& visit) {
    for (auto& [service, known] : entries_)
      visit(service, known);
  }

private:
  std::size_t max_services_;
  std::size_t max_asked_;
  std::unordered_map<std::string, entry> entries_;
};

} // namespace mdp::engine
