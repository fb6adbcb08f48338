#pragma once

#include "mdp/engine/pace.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Who may do what: which users may call which services, serve which, and ask the broker itself what.
///
///     there are        | a user may
///     -----------------+-------------------------------------------------------------------------
///     no rules at all  | everything
///     rules            | what one of the rules allows that are about him; nothing, if none is
///
/// A rule is about a user by his name, or by a pattern (`service_pattern.hpp`); `*` is everybody, those
/// without a name too, who came without CURVE. It names services in the same way. What is under `mmi.`
/// is the broker's own and has a list of its own, of the words behind that: `*` among the services
/// does not stand for them.
///
/// Limits are those of the first rule that is about a user and has one.
namespace mdp::engine {

struct access_rule {
  std::string user = "*";
  std::vector<std::string> call{};  ///< Services, or patterns.
  std::vector<std::string> serve{}; ///< The same; a worker's pattern must lie within.
  std::vector<std::string> mmi{};   ///< "service" stands for `mmi.service`; "*" for all.
  std::size_t max_connections = 0;  ///< Clients and workers of a user at a time; 0: any number.
  std::uint32_t max_requests_per_second = 0; ///< Of all his clients together; 0: any number.
};

/// What all the rules say about one user. The rate of requests is counted here, so all sessions of a
/// user share one of these. Thread-safe.
class user_access {
public:
  /// For whoever may do everything.
  user_access() : user_access(0) {}

  [[nodiscard]] bool may_call(std::string_view service) const;
  [[nodiscard]] bool may_serve(std::string_view service) const;
  /// Whether one more request is within the rate.
  [[nodiscard]] bool take_request(time_point now) noexcept { return requests_.take(now); }
  [[nodiscard]] std::size_t max_connections() const noexcept { return max_connections_; }
  [[nodiscard]] std::uint32_t max_requests_per_second() const noexcept { return rate_; }
  /// The rules that are about him, from 1, as they stand in the file.
  [[nodiscard]] const std::vector<std::size_t>& rules() const noexcept { return rules_; }

private:
  friend class access_rules;
  explicit user_access(std::uint32_t rate) : rate_(rate), requests_(rate) {}

  bool is_limited_ = false; // there are rules
  std::vector<std::string> call_;
  std::vector<std::string> serve_;
  std::vector<std::string> mmi_;
  std::vector<std::size_t> rules_;
  std::size_t max_connections_ = 0;
  std::uint32_t rate_;
  pace requests_;
};

/// Made once, before the broker starts, and then only read: any thread may.
class access_rules {
public:
  explicit access_rules(std::vector<access_rule> rules) : rules_(std::move(rules)) {}

  /// What they say about a user, at a fresh rate.
  [[nodiscard]] std::shared_ptr<user_access> for_user(std::string_view user) const;

  /// How many connections he may have; 0: any number.
  [[nodiscard]] std::size_t max_connections_of(std::string_view user) const;

  [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

private:
  std::vector<access_rule> rules_;
};

/// The users whose peers are there now, each with what he may. One thread at a time.
class access_book {
public:
  explicit access_book(std::shared_ptr<const access_rules> rules) : rules_(std::move(rules)) {}

  /// The same for all peers of a user, as long as one of them holds it.
  [[nodiscard]] std::shared_ptr<user_access> of(std::string_view user);

  [[nodiscard]] std::size_t size() const noexcept { return present_.size(); }

private:
  std::shared_ptr<const access_rules> rules_;
  std::unordered_map<std::string, std::weak_ptr<user_access>> present_;
  std::size_t look_at_ = 64; // when so many are remembered, those who have gone are forgotten
};

} // namespace mdp::engine
