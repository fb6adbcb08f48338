#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/frame.hpp"
#include "mdp/ids.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

/// Requests that every worker which tried them was lost over. Such a request is suspect, and somebody
/// should look at it: the broker remembers what it was, and can hand it to a service made for that.
///
///     attempts used up ──┬──► dead_letters: a note, the latest ones are kept
///                        └──► redirect(): the request itself, to the dead-letter service, if there
///                             is one
///
/// What goes there is a request of the broker's own: nobody waits for its answer. When it is lost as
/// well that is the end of it, and it is no dead letter again; so there are no loops.
namespace mdp::engine {

/// Who asks when the broker itself does. No client ever has this id.
inline constexpr peer_id broker_itself{0};

/// A request of the broker's own is shown to workers under this client address.
inline constexpr std::string_view broker_address = "mdp.dead-letter";

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

  /// Keeps a note of `what`, and forgets the oldest ones over the bounds. A request of the broker's
  /// own leaves none.
  void keep(const std::string& service, const job& what, attempt_number attempts, time_point now);

  /// The oldest first.
  [[nodiscard]] const std::deque<dead_letter>& letters() const noexcept { return letters_; }
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }

private:
  dead_letter_config config_;
  std::deque<dead_letter> letters_;
  std::size_t footprint_ = 0;
};

/// The same request, as the broker's own request number `sequence` for the service `to`: the name of
/// the service it was for, and then its body. Nothing if it must not go there: it is the broker's own
/// already, or `to` is where it died.
[[nodiscard]] std::optional<job> redirect(const std::string& service, const job& what,
                                          const std::string& to, std::uint64_t sequence,
                                          time_point deadline);

} // namespace mdp::engine
