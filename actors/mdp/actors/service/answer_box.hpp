#pragma once

#include "mdp/actors/messages.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace mdp::actors {

/// Answers on their way from the threads of an in-process service to whoever gives it jobs. Each is there at once: the
/// first to come into an empty box sends a message that says so, and those that follow until it is read are
/// in the box already. So a burst of answers is one message and one turn of the queue.
///
/// An answer that is in the box is ahead of all that is sent to the same actor afterwards, as if it were in its mailbox.
/// Thread-safe.
class answer_box : public std::enable_shared_from_this<answer_box> {
public:
  /// For the answers to the jobs of `by`.
  explicit answer_box(sink_accepted by) : by_(std::move(by)) {}

  [[nodiscard]] const sink_accepted& by() const noexcept { return by_; }

  /// Whether answers still count.
  [[nodiscard]] bool is_open() const noexcept { return !by_.is_over || !*by_.is_over; }

  void put(job_answered answer);

  /// All that is there, in its order. `into` must be empty, and its memory is used again.
  void take(std::vector<job_answered>& into);

private:
  const sink_accepted by_;
  std::mutex mutex_;
  std::vector<job_answered> answers_;
};

} // namespace mdp::actors
