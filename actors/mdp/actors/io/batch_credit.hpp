#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace mdp::actors::io {

/// Counts something that a loop has brought as long as it is on its way or being worked on: a batch,
/// by its weight, or a new peer whose supervisor has not heard of it. A CAF mailbox takes whatever
/// comes; with this the loop knows how much its actors are behind (T16).
class batch_credit {
public:
  explicit batch_credit(std::shared_ptr<std::atomic<std::size_t>> open, std::size_t weight = 1)
      : open_(std::move(open)), weight_(weight) {
    *open_ += weight_;
  }
  ~batch_credit() { *open_ -= weight_; }

  batch_credit(const batch_credit&) = delete;
  batch_credit& operator=(const batch_credit&) = delete;

private:
  std::shared_ptr<std::atomic<std::size_t>> open_;
  std::size_t weight_;
};

} // namespace mdp::actors::io

namespace mdp::actors {

/// Held by a message that a loop has brought, and by those that its content goes on in, until an
/// actor is done with it; meanwhile the loop knows that so much is open. What a client has asked is
/// bounded otherwise once its session has taken it, by windows and budgets: there it ends.
using loop_credit = std::shared_ptr<const io::batch_credit>;

} // namespace mdp::actors
