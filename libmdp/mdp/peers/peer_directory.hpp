#pragma once

#include "mdp/assert.hpp"
#include "mdp/defaults.hpp"
#include "mdp/ids.hpp"
#include "mdp/peers/peer_census.hpp"
#include "mdp/peers/tombstones.hpp"
#include "mdp/wire/command.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

/// Who is at the other end of a broker's ROUTER: routing id to peer and back, and what to do with a
/// message before any peer's own engine sees it.
///
///     who sent it             | what it says              | verdict
///     ------------------------+---------------------------+-----------------------------------------
///     another user than the   | anything                  | takeover: the peer is lost, and what was
///     peer of that routing id |                           | said goes to nobody (T9)
///     a known worker          | DISCONNECT                | goodbye: deliver, and it is a stranger (7-28)
///     a known peer            | its kind, its version     | deliver
///     a known peer            | another kind or version   | violation (7-31)
///     a stranger              | a client's request        | open a client, then deliver
///     a stranger              | a worker's READY          | open a worker, then deliver
///     a stranger              | a worker's DISCONNECT     | ignore: nothing to end (7-27)
///     a stranger, told to go  | any other worker command  | ignore: it was told once (7-30)
///     a stranger that left    | any other worker command  | ignore: nothing more is sent to it (7-28)
///     a stranger              | any other worker command  | turn away: DISCONNECT (7-30, T9)
///     a stranger, house full  | anything that would open  | ignore, counted (T8)
///     one of a user who has   | anything that would open  | ignore, counted
///     as many as he may       |                           |
///     a stranger              | what this ROUTER is not for | ignore, counted (7-2)
///
/// A READY clears the memory of having been told to go (T9).
///
/// A worker that says goodbye is forgotten at once, not when its engine has ended: what follows under
/// the same routing id, a READY perhaps, is a new conversation's, and what the old one's engine still
/// wants sent must not reach it.
///
/// Whoever ends says how many messages it heard; what was delivered beyond that was dropped, and its
/// owner counts it.
///
/// A peer that would be forgotten for its silence asks with release(), which says no while something
/// is on its way to it; so nothing is delivered to who has gone.
namespace mdp::peers {

enum class peer_kind : std::uint8_t { client, worker };

enum class verdict : std::uint8_t {
  deliver,
  goodbye,
  open,
  violation,
  turn_away,
  ignore,
  house_full,
  wrong_door,
  takeover,
  user_full,
};

inline constexpr std::size_t verdict_count = static_cast<std::size_t>(verdict::user_full) + 1;

struct directory_config {
  std::size_t max_peers = defaults::max_peers;
  std::size_t max_tombstones = defaults::max_tombstones;
  duration tombstone_lifetime = defaults::tombstone_lifetime;
  door is_for = door::everybody;
  /// A broker's peers have ids of their own: each of several directories has its share of them.
  std::uint64_t first_id = 1;
  std::uint64_t id_step = 1;
  /// How many peers a user may have; 0, and where this is empty: any number.
  std::function<std::size_t(const frame& user)> max_peers_of{};
  /// Where they are counted, against bounds of its own: shared by directories that count together. Null:
  /// here, against these two.
  std::shared_ptr<peer_census> census{};
};

/// `Handle` is whatever the owner reaches a peer by; here it is only kept. Not synchronised.
template <class Handle>
class peer_directory {
public:
  struct entry {
    peer_id id;
    frame routing_id;
    peer_kind kind{};
    wire::protocol_version version{};
    Handle handle;
    std::uint64_t delivered = 0; ///< Messages for it, by judge() and admit().
    frame user{};                ///< Who it is by CURVE or PLAIN; empty without.
  };

  struct decision {
    verdict what{};
    /// The known peer for `deliver`, `goodbye`, `violation` and `takeover`; valid until a change.
    entry* peer = nullptr;
  };

  explicit peer_directory(const directory_config& config = {})
      : config_(config),
        census_(config.census ? config.census
                              : std::make_shared<plain_census>(
                                  census_bounds{config.max_peers, config.max_peers_of})),
        told_to_go_(config.max_tombstones, config.tombstone_lifetime) {}

  /// Its peers' places are free again.
  ~peer_directory() {
    for (const auto& [routing_id, peer] : by_routing_id_)
      census_->give_back(config_.is_for, peer.user);
  }
  peer_directory(const peer_directory&) = delete;
  peer_directory& operator=(const peer_directory&) = delete;

  /// What to do with `input` from `routing_id`, said by `user`. After `open` the owner calls admit(), after `goodbye`
  /// it delivers and calls let_go(); after `turn_away` the peer counts as told.
  decision judge(const frame& routing_id, const wire::broker_input& input, time_point now,
                 const frame& user = {}) {
    if (const auto known = by_routing_id_.find(routing_id); known != by_routing_id_.end()) {
      auto& peer = known->second;
      if (peer.user != user)
        return {verdict::takeover, &peer};
      if (peer.kind != kind_of(input) || peer.version != input.version)
        return {verdict::violation, &peer};
      ++peer.delivered;
      return {is_goodbye(input) ? verdict::goodbye : verdict::deliver, &peer};
    }
    if (!is_admitted(kind_of(input)))
      return {verdict::wrong_door};
    if (const auto* command = std::get_if<wire::from_worker>(&input.command)) {
      if (!std::holds_alternative<wire::worker_ready>(*command)) {
        if (told_to_go_.contains(routing_id, now))
          return {verdict::ignore};
        told_to_go_.add(routing_id, now); // whoever of the two says it
        return {is_goodbye(input) ? verdict::ignore : verdict::turn_away};
      }
      told_to_go_.remove(routing_id);
    }
    return {verdict_of(census_->look(config_.is_for, user))};
  }

  /// Makes a stranger known under a new id. The handle is the caller's to fill in. Null if another
  /// directory has taken the last place meanwhile: judge() says which.
  [[nodiscard]] entry* admit(const frame& routing_id, const wire::broker_input& input,
                             const frame& user = {}) {
    if (census_->take(config_.is_for, user) != place::free)
      return nullptr;
    const auto id = peer_id{std::exchange(next_id_, next_id_ + config_.id_step)};
    const auto [known, is_new] = by_routing_id_.emplace(
      routing_id, entry{id, routing_id, kind_of(input), input.version, {}, 1, user});
    MDP_ASSERT(is_new);
    by_id_.emplace(id, &known->second); // unordered_map does not move its elements
    return &known->second;
  }

  /// Null if the peer has ended: then whatever is said to it is stale.
  [[nodiscard]] entry* find(peer_id id) noexcept {
    const auto known = by_id_.find(id);
    return known == by_id_.end() ? nullptr : known->second;
  }

  [[nodiscard]] entry* find(const frame& routing_id) noexcept {
    const auto known = by_routing_id_.find(routing_id);
    return known == by_routing_id_.end() ? nullptr : &known->second;
  }

  /// A peer said goodbye. It is a stranger from now on, and what was delivered is all that remains of
  /// it until it has ended and remove() is called.
  void let_go(peer_id id, time_point now) {
    const auto known = by_id_.find(id);
    if (known == by_id_.end())
      return;
    leaving_.emplace(id, known->second->delivered);
    forget(known, true, now);
  }

  /// A peer has ended. `was_told` says that a DISCONNECT passed between the two, so that nothing
  /// more may be sent. Returns how many messages it left unread, if it is known how many it `heard`:
  /// nobody reads them any more.
  std::uint64_t remove(peer_id id, bool was_told, time_point now,
                       std::optional<std::uint64_t> heard = std::nullopt) {
    std::uint64_t delivered = 0;
    if (const auto known = by_id_.find(id); known != by_id_.end()) {
      delivered = known->second->delivered;
      forget(known, was_told, now);
    } else if (const auto left = leaving_.extract(id); !left.empty()) {
      delivered = left.mapped();
    }
    return delivered - std::min(delivered, heard.value_or(delivered));
  }

  /// A peer that has read `heard` messages would be forgotten. True if it was: then nothing is on its
  /// way to it, and what comes is a stranger's.
  [[nodiscard]] bool release(peer_id id, std::uint64_t heard) {
    const auto known = by_id_.find(id);
    if (known == by_id_.end() || known->second->delivered != heard)
      return false;
    census_->give_back(config_.is_for, known->second->user);
    by_routing_id_.erase(frame(known->second->routing_id));
    by_id_.erase(known);
    return true;
  }

  [[nodiscard]] std::size_t size() const noexcept { return by_routing_id_.size(); }

  /// Peers that said goodbye and have not ended yet.
  [[nodiscard]] std::size_t leaving() const noexcept { return leaving_.size(); }

  /// Strangers that are remembered because a DISCONNECT has passed.
  [[nodiscard]] std::size_t remembered() const noexcept { return told_to_go_.size(); }

  template <class Visitor>
  void for_each(Visitor&& visit) {
    for (auto& [routing_id, peer] : by_routing_id_)
      visit(peer);
  }

private:
  static bool is_goodbye(const wire::broker_input& input) noexcept {
    const auto* command = std::get_if<wire::from_worker>(&input.command);
    return command != nullptr && std::holds_alternative<wire::disconnect>(*command);
  }

  static peer_kind kind_of(const wire::broker_input& input) noexcept {
    return std::holds_alternative<wire::from_client>(input.command) ? peer_kind::client
                                                                    : peer_kind::worker;
  }

  [[nodiscard]] bool is_admitted(peer_kind kind) const noexcept {
    return config_.is_for == door::everybody ||
           (config_.is_for == door::clients) == (kind == peer_kind::client);
  }

  static verdict verdict_of(place found) noexcept {
    switch (found) {
    case place::house_full:
      return verdict::house_full;
    case place::user_full:
      return verdict::user_full;
    case place::free:
      break;
    }
    return verdict::open;
  }

  using ids = std::unordered_map<peer_id, entry*>;

  void forget(typename ids::iterator known, bool was_told, time_point now) {
    const auto routing_id = known->second->routing_id;
    census_->give_back(config_.is_for, known->second->user);
    by_id_.erase(known);
    by_routing_id_.erase(routing_id);
    if (was_told)
      told_to_go_.add(routing_id, now);
  }

  directory_config config_;
  std::uint64_t next_id_ = config_.first_id;
  std::unordered_map<frame, entry> by_routing_id_;
  ids by_id_;
  std::shared_ptr<peer_census> census_;
  std::unordered_map<peer_id, std::uint64_t> leaving_; // and what was delivered to them
  tombstones told_to_go_;
};

} // namespace mdp::peers
