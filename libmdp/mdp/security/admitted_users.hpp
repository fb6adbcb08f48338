#pragma once

#include "mdp/frame.hpp"
#include "mdp/security/key_store.hpp"
#include "mdp/security/password_store.hpp"

#include <memory>

namespace mdp::security {

/// Who was listed at one moment, by keys or by passwords. Immutable; any thread may read it.
struct listed_users {
  std::shared_ptr<const key_list> keys;           ///< Where peers come by CURVE, or null.
  std::shared_ptr<const password_file> passwords; ///< Where they come by PLAIN, or null.

  /// The user who was let in by what `shown` says, a key's text or a name; null if he is not listed any
  /// more. Valid as long as both are.
  [[nodiscard]] const frame* user_of(const frame& shown) const {
    if (keys)
      return keys->user_of(shown.text());
    return passwords && passwords->has_user(shown.text()) ? &shown : nullptr;
  }

  [[nodiscard]] bool has_user(const frame& user) const {
    return keys ? keys->has_user(user) : passwords && passwords->has_user(user.text());
  }
};

/// Where those are listed who may connect. Neither: whoever comes. Never both, as a listening socket speaks
/// one mechanism.
struct admitted_users {
  std::shared_ptr<const key_store> keys;
  std::shared_ptr<const password_store> passwords;

  [[nodiscard]] bool is_anybody() const noexcept { return !keys && !passwords; }

  [[nodiscard]] listed_users now() const {
    return {keys ? keys->current() : nullptr, passwords ? passwords->current() : nullptr};
  }
};

} // namespace mdp::security
