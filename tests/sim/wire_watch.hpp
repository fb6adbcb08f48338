#pragma once

#include "mdp/frame.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"
#include "sim/network.hpp"
#include "sim/violations.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

/// Reads along at the broker's socket and knows nothing but what passes there. For each worker:
/// - no word before its READY but DISCONNECT (7-25), and nothing to somebody who has said nothing;
/// - no more requests than its capacity, which is one if it did not say otherwise (7-5);
/// - nothing after a DISCONNECT, whoever of the two said it (7-28, 7-30), as long as the broker is
///   supposed to remember;
/// - a heartbeat at least, an interval after the last word (7-38).
namespace mdp::sim {

class wire_watch final : public wire_tap {
public:
  wire_watch(violations& findings, trace& events) : findings_(findings), events_(events) {}

  /// A broker starts that remembers whom it told to go for `memory`.
  void broker_started(duration memory);

  /// What the broker's clock shows in its next turn, and whether in that turn something said by one
  /// of its actors can be on its way to the socket when another word arrives there.
  void begin_turn(time_point now, bool words_may_cross) noexcept {
    now_ = now;
    words_may_cross_ = words_may_cross;
  }

  void broker_received(const frame& routing_id, const message& frames) override;
  void broker_sent(const frame& routing_id, const message& frames) override;

  /// When the broker last wrote to this worker, or it became one; nothing if it is none (any more).
  [[nodiscard]] std::optional<time_point> last_word_to(const frame& routing_id) const;

  /// Requests this peer holds, by what has passed.
  [[nodiscard]] std::uint32_t held_by(const frame& routing_id) const;

  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }

  /// Some of the latest messages to the broker, for who wants to copy them.
  [[nodiscard]] const std::deque<message>& heard_lately() const noexcept { return heard_lately_; }

private:
  struct worker_view {
    bool is_ready = false;
    std::uint32_t capacity = 1;
    std::uint32_t held = 0;
    std::optional<time_point> told; // a DISCONNECT passed
    bool has_left = false;          // and it was the worker's
    bool is_client = false;         // as well, so it may not have meant it
    time_point last_word{};
  };

  void heard(worker_view& worker, const wire::from_worker& command);
  void said(const std::string& name, worker_view& worker, const wire::to_worker& command);

  violations& findings_;
  trace& events_;
  duration memory_{};
  time_point now_{};
  bool words_may_cross_ = false;
  std::uint64_t messages_ = 0;
  std::unordered_map<frame, worker_view> workers_;
  std::deque<message> heard_lately_;
};

} // namespace mdp::sim
