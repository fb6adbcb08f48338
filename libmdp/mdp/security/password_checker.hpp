#pragma once

#include "mdp/security/password_desk.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace mdp::security {

/// One of those who ask at a desk, and may end before it. Its functions are the desk's; thread-safe.
class password_checker {
public:
  using listener = password_listener::function;
  using question = password_desk::question;

  /// `told` hears what comes of this one's questions, on the desk's thread.
  password_checker(std::shared_ptr<password_desk> desk, listener told)
      : desk_(std::move(desk)), listener_(std::make_shared<password_listener>(std::move(told))) {}

  /// At a desk of its own.
  password_checker(std::shared_ptr<const password_store> users, listener told)
      : password_checker(std::make_shared<password_desk>(std::move(users)), std::move(told)) {}

  /// Does not wait. `told` is not called after that, nor is it being called; what waits, or is being
  /// checked, is told to nobody.
  ~password_checker() { listener_->end(); }
  password_checker(const password_checker&) = delete;
  password_checker& operator=(const password_checker&) = delete;

  [[nodiscard]] bool knows(std::string_view user, std::string_view password) {
    return desk_->knows(user, password);
  }

  /// The question's asker is this one, whatever it says.
  [[nodiscard]] bool submit(question asked) {
    asked.asker = listener_;
    return desk_->submit(std::move(asked));
  }

private:
  std::shared_ptr<password_desk> desk_;
  std::shared_ptr<password_listener> listener_;
};

} // namespace mdp::security
