#pragma once

#include "mdp/security/signing_key.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Tokens: who somebody is and what he may, signed by who has checked it, for whoever trusts that
/// signature. A token is a text of printable ASCII without blanks:
///
///     mdp1.<id of the key>.<claims in Base64, URL-safe>.<signature of all that stands before, the same>
///
/// The claims are lines of `name=value`. Whoever has a token may do what it says until it expires, so
/// it is as secret as a password: sign for a short time, and send it encrypted (CURVE) only. Times are
/// those of the calendar, which the caller gives.
namespace mdp::security {

/// Seconds since 1970.
using token_time = std::chrono::sys_seconds;

struct token_claims {
  std::string user;
  std::vector<std::string> services; ///< That he may call: names or patterns.
  std::string audience;              ///< Whom it is for; whoever else reads it refuses it.
  token_time issued{};
  token_time expires{};
  std::string id; ///< Names the token, so that it can be revoked. sign() makes one up.

  friend bool operator==(const token_claims&, const token_claims&) = default;
};

/// Why a token counts for nothing. Each is a counter of its own for who wants one.
enum class token_refusal : std::uint8_t {
  malformed,      ///< not of this form, or too long
  unknown_key,    ///< signed by nobody we trust
  bad_signature,  ///< by somebody who has not the key, or changed since
  not_yet_valid,  ///< from the future, by more than the skew
  expired,        ///< its time is over
  other_audience, ///< for somebody else
  revoked,        ///< it was, or all of its user's up to some time were
};

inline constexpr std::size_t token_refusal_count =
  static_cast<std::size_t>(token_refusal::revoked) + 1;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(token_refusal reason) noexcept;

/// Signs. The error is one line: a claim that cannot be in a token, because it is empty, too long, or
/// has a character in it that separates.
[[nodiscard]] tl::expected<std::string, std::string> sign_token(const signing_key& key,
                                                                token_claims claims);

/// What no longer counts although it has not expired. Each entry is kept until it would have expired
/// anyway. One thread at a time.
class revocations {
public:
  /// False if there is no room for more: then forget_expired() first.
  [[nodiscard]] bool revoke(const std::string& token_id, token_time expires);
  /// All tokens of a user that were issued up to then.
  [[nodiscard]] bool revoke_user(const std::string& user, token_time issued_until,
                                 token_time expires);
  void forget_expired(token_time now);

  [[nodiscard]] bool contains(const token_claims& claims) const;
  [[nodiscard]] std::size_t size() const noexcept { return tokens_.size() + users_.size(); }

private:
  struct user_entry {
    token_time issued_until{};
    token_time expires{};
  };

  std::map<std::string, token_time, std::less<>> tokens_; // and until when to remember
  std::map<std::string, user_entry, std::less<>> users_;
};

/// Says whether a token counts. One thread at a time may change it; any number may verify meanwhile
/// nothing changes.
class token_verifier {
public:
  /// `audience` is who we are. Clocks may be apart by `skew`.
  explicit token_verifier(std::string audience, std::chrono::seconds skew = {})
      : audience_(std::move(audience)), skew_(skew) {}

  /// Trusts a key beside the others: the next one before it is used, the last one until its tokens have
  /// expired.
  void trust(const verify_key& key);
  /// Trusts it no more.
  void distrust(const verify_key& key);

  [[nodiscard]] tl::expected<token_claims, token_refusal> verify(std::string_view token,
                                                                 token_time now) const;

  [[nodiscard]] revocations& revoked() noexcept { return revoked_; }

private:
  std::string audience_;
  std::chrono::seconds skew_;
  std::map<std::string, verify_key, std::less<>> keys_; // by their ids
  revocations revoked_;
};

} // namespace mdp::security
