#pragma once

#include "mdp/frame.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/constants.hpp"

#include <atomic>
#include <string>
#include <utility>

namespace mdp::actors {

/// What a worker's connection shows of its worker to whoever lists workers. It is written with each
/// command that arrives and read when somebody asks, so that asking about ten thousand workers is
/// not ten thousand messages. Thread-safe.
class worker_card {
public:
  worker_card(frame routing_id, wire::protocol_version version, time_point connected_at,
              frame user = {})
      : routing_id_(std::move(routing_id)),
        user_(std::move(user)),
        version_(version),
        connected_at_(connected_at),
        last_heard_(connected_at) {}

  /// The worker said something. Called by its connection only.
  void heard(time_point at) noexcept { last_heard_.store(at, std::memory_order_relaxed); }

  /// The worker has announced this key. Called by its connection only, before anybody else has the card.
  void announce(std::string key) { key_ = std::move(key); }

  [[nodiscard]] const frame& routing_id() const noexcept { return routing_id_; }
  /// Who it is by CURVE or PLAIN; empty without.
  [[nodiscard]] const frame& user() const noexcept { return user_; }
  /// What bodies for it can be sealed for, in Z85; empty if it has announced none.
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] wire::protocol_version version() const noexcept { return version_; }
  [[nodiscard]] time_point connected_at() const noexcept { return connected_at_; }
  [[nodiscard]] time_point last_heard() const noexcept {
    return last_heard_.load(std::memory_order_relaxed);
  }

private:
  frame routing_id_;
  frame user_;
  std::string key_;
  wire::protocol_version version_;
  time_point connected_at_;
  std::atomic<time_point> last_heard_;
};

} // namespace mdp::actors
