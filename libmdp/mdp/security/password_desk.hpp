#pragma once

#include "mdp/security/password_store.hpp"
#include "mdp/security/secret.hpp"
#include "mdp/security/security_defaults.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

/// Checks passwords for those who must not wait. One check takes a good part of a tenth of a second and
/// 64 MiB, on purpose; so they are made one after the other, on a thread of its own, for all who ask here.
///
///     knows()   ─► it was right before, and the users are the same since: answered at once
///     submit()  ─► waits ─► checked ─► whoever asked is told, on the thread
///               ─► refused: too many wait, or too many from that address
///
/// What was right is remembered by a keyed hash (BLAKE2b, with a key that is made at the start and never
/// leaves the process), so that users who come back, all at the same moment, say, cost nothing, and no
/// flood of wrong passwords keeps them out. It is forgotten when the users change. What was wrong is not
/// remembered. A name that is nobody's takes as long as a wrong password.
///
/// A check cannot be cut short, and where the processors are busy it takes its time: so neither an asker's end
/// nor the desk's waits for one that has begun. The thread has a share in what it needs, tells nobody any more,
/// and goes.
///
/// Thread-safe.
namespace mdp::security {

/// Somebody who is told what came of his questions, until he has heard enough.
class password_listener {
public:
  /// What came of the question with that number, on the desk's thread.
  using function = std::function<void(std::uint64_t number, bool is_right)>;

  explicit password_listener(function told) : told_(std::move(told)) {}

  void tell(std::uint64_t number, bool is_right) {
    const std::lock_guard guard(mutex_); // held while he is told
    if (told_)
      told_(number, is_right);
  }
  /// He is not told after that, nor is he being told.
  void end() {
    const std::lock_guard guard(mutex_);
    told_ = nullptr;
  }
  [[nodiscard]] bool has_ended() {
    const std::lock_guard guard(mutex_);
    return !told_;
  }

private:
  std::mutex mutex_;
  function told_; // none once it is over
};

class password_desk {
public:
  struct question {
    std::uint64_t number = 0; ///< The asker's own.
    std::string address;      ///< Where it comes from, for the bound of each address.
    std::string user;
    secret password;
    std::shared_ptr<password_listener> asker{}; ///< Who is told.
  };

  explicit password_desk(std::shared_ptr<const password_store> users);
  /// Does not wait: who asks has a share in the desk, so nobody is left to be told.
  ~password_desk();
  password_desk(const password_desk&) = delete;
  password_desk& operator=(const password_desk&) = delete;

  /// Whether that was right before.
  [[nodiscard]] bool knows(std::string_view user, std::string_view password);

  /// Has it checked; false, and then nobody is told, if there is no room.
  [[nodiscard]] bool submit(question asked);

private:
  class body; // what the thread shares

  std::shared_ptr<body> body_;
};

} // namespace mdp::security
