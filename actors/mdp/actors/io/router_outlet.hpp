#pragma once

#include "mdp/actors/counters.hpp"
#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/actors/io/outbox.hpp"
#include "mdp/actors/peer_outlet.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace mdp::actors::io {

/// From one peer's actor into the loop's outbox. Once closed it swallows and counts what is sent, so
/// that nothing of one who is late reaches whoever has the routing id then (7-28).
class router_outlet final : public peer_outlet {
public:
  router_outlet(outbox& box, socket_id socket, peer_id peer, frame routing_id,
                std::shared_ptr<broker_counters> counters)
      : outbox_(&box),
        socket_(socket),
        peer_(peer),
        routing_id_(std::move(routing_id)),
        counters_(std::move(counters)) {}

  [[nodiscard]] bool send(message frames, std::uint64_t number) override {
    // The lock is free but for the moment when a loop ends and its actors move to other threads.
    const std::lock_guard lock(mutex_);
    if (outbox_ == nullptr) {
      counters_->undelivered.add();
      return true;
    }
    if (outbox_->push(send_frames{socket_, peer_, routing_id_, std::move(frames), number}))
      return true;
    // The loop is swamped. Forgetting the message silently could leave a request with a worker that
    // never got it.
    counters_->outbox_refused.add();
    return false;
  }

  /// Thread-safe; the outbox is not used any more when it returns.
  void close() noexcept {
    const std::lock_guard lock(mutex_);
    outbox_ = nullptr;
  }

private:
  std::mutex mutex_;
  outbox* outbox_; // null: closed
  const socket_id socket_;
  const peer_id peer_;
  const frame routing_id_;
  const std::shared_ptr<broker_counters> counters_;
};

/// Closes an outlet when it goes.
class outlet_keeper {
public:
  outlet_keeper() = default;
  explicit outlet_keeper(std::shared_ptr<router_outlet> outlet) : outlet_(std::move(outlet)) {}
  ~outlet_keeper() {
    if (outlet_)
      outlet_->close();
  }
  outlet_keeper(outlet_keeper&& other) noexcept = default;
  outlet_keeper& operator=(outlet_keeper&& other) noexcept {
    std::swap(outlet_, other.outlet_);
    return *this;
  }

private:
  std::shared_ptr<router_outlet> outlet_;
};

} // namespace mdp::actors::io
