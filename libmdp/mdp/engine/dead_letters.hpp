#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/frame.hpp"
#include "mdp/ids.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

/// Requests that every worker which tried them was lost over. Such a request is suspect, and somebody
/// should look at it: the broker remembers what it was, and can hand it to a service made for that.
///
///     attempts used up ──► dead_letter_office ──┬──► dead_letters: a note, the latest ones are kept
///                                               └──► the request itself, to the dead-letter service,
///                                                    if there is one
namespace mdp::engine {

struct dead_letter_config {
  std::size_t max_letters = defaults::max_dead_letters;
  std::size_t max_bytes = defaults::dead_letters_max_bytes;
};

/// A note about one such request.
struct dead_letter {
  std::string service;
  frame client; ///< The routing id of whoever asked.
  attempt_number attempts = 0;
  time_point died_at;
  std::size_t frames = 0;
  std::size_t bytes = 0; ///< Of its body, all frames together.
  frame head;            ///< The beginning of its body's first frame.

  /// Bytes of memory the note holds on to.
  [[nodiscard]] std::size_t footprint() const noexcept {
    return sizeof(dead_letter) + service.capacity() + client.footprint() + head.footprint();
  }
};

/// The latest notes, bounded by count and memory. Not synchronised.
class dead_letters {
public:
  explicit dead_letters(const dead_letter_config& config = {}) : config_(config) {}

  /// Keeps a note of `what`, and forgets the oldest ones over the bounds.
  void keep(const std::string& service, const job& what, attempt_number attempts, time_point now);

  /// The oldest first.
  [[nodiscard]] const std::deque<dead_letter>& letters() const noexcept { return letters_; }
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }

private:
  dead_letter_config config_;
  std::deque<dead_letter> letters_;
  std::size_t footprint_ = 0;
};

} // namespace mdp::engine
