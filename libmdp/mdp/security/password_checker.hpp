#pragma once

#include "mdp/security/password_store.hpp"
#include "mdp/security/secret.hpp"
#include "mdp/security/security_defaults.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// Checks passwords for those who must not wait. One check takes a good part of a tenth of a second and
/// 64 MiB, on purpose; so they are made one after the other, on a thread of its own.
///
///     knows()   ─► it was right before, and the users are the same since: answered at once
///     submit()  ─► waits ─► checked ─► `told` on the thread
///               ─► refused: too many wait, or too many from that address
///
/// What was right is remembered by a keyed hash (BLAKE2b, with a key that is made at the start and never
/// leaves the process), so that users who come back, all at the same moment, say, cost nothing, and no
/// flood of wrong passwords keeps them out. It is forgotten when the users change. What was wrong is not
/// remembered. A name that is nobody's takes as long as a wrong password.
///
/// A check cannot be cut short, and where the processors are busy it takes its time: so the end does not wait
/// for one that has begun. The thread has a share in what it needs, tells nobody any more, and goes.
///
/// Thread-safe.
namespace mdp::security {

class password_checker {
public:
  /// What came of the question with that number, on the checker's thread.
  using listener = std::function<void(std::uint64_t number, bool is_right)>;

  struct question {
    std::uint64_t number = 0; ///< The owner's own.
    std::string address;      ///< Where it comes from, for the bound of each address.
    std::string user;
    secret password;
  };

  password_checker(std::shared_ptr<const password_store> users, listener told);
  /// Does not wait. `told` is not called after that, nor is it being called; what waits, or is being
  /// checked, is told to nobody.
  ~password_checker();
  password_checker(const password_checker&) = delete;
  password_checker& operator=(const password_checker&) = delete;

  /// Whether that was right before.
  [[nodiscard]] bool knows(std::string_view user, std::string_view password);

  /// Has it checked; false, and then nobody is told, if there is no room.
  [[nodiscard]] bool submit(question asked);

private:
  class desk; // what the thread shares

  std::shared_ptr<desk> desk_;
};

} // namespace mdp::security
