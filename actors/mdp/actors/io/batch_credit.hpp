#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace mdp::actors::io {

/// Counts one thing that a loop has brought as long as it is on its way or being worked on: a batch,
/// or a new peer whose supervisor has not heard of it. A CAF mailbox takes whatever comes; with this
/// the loop knows how much its actors are behind (T16).
class batch_credit {
public:
  explicit batch_credit(std::shared_ptr<std::atomic<std::size_t>> open) : open_(std::move(open)) {
    ++*open_;
  }
  ~batch_credit() { --*open_; }

  batch_credit(const batch_credit&) = delete;
  batch_credit& operator=(const batch_credit&) = delete;

private:
  std::shared_ptr<std::atomic<std::size_t>> open_;
};

} // namespace mdp::actors::io
