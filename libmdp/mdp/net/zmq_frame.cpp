#include "mdp/net/zmq_frame.hpp"

#include "mdp/defaults.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <typeinfo>
#include <utility>

namespace mdp::net {

namespace {

/// Keeps the bytes of a received frame where libzmq has put them.
class received_bytes final : public frame_owner {
public:
  explicit received_bytes(zmq_msg_t& part) noexcept {
    zmq_msg_init(&part_);
    zmq_msg_move(&part_, &part);
    // The first copy of a message marks the original as shared, without any lock. Done here, before
    // other threads know this owner, later copies only count a reference, which is atomic.
    zmq_msg_t copy;
    zmq_msg_init(&copy);
    zmq_msg_copy(&copy, &part_);
    zmq_msg_close(&copy);
  }

  ~received_bytes() override { zmq_msg_close(&part_); }

  [[nodiscard]] std::span<const std::byte> bytes() noexcept {
    return {static_cast<const std::byte*>(zmq_msg_data(&part_)), zmq_msg_size(&part_)};
  }

  /// Makes `copy` one more reference to the same content.
  void share(zmq_msg_t& copy) noexcept {
    zmq_msg_init(&copy);
    zmq_msg_copy(&copy, &part_);
  }

private:
  zmq_msg_t part_;
};

/// The bytes of a frame that libzmq has, on somebody's account.
class counted_bytes final : public frame_owner {
public:
  counted_bytes(frame f, transit account) : frame_(std::move(f)), account_(std::move(account)) {
    account_->give(frame_.size());
  }
  ~counted_bytes() override { account_->take_back(frame_.size()); }

private:
  frame frame_;
  transit account_;
};

/// Called by libzmq, in one of its threads. ThreadSanitizer's suppressions know this name: what
/// orders this call behind ours is inside libzmq, where it cannot look.
void release_sent_bytes(void* /*bytes*/, void* owner) noexcept {
  static_cast<frame_owner*>(owner)->release();
}

std::span<const std::byte> bytes_of(zmq_msg_t& part, std::size_t size) noexcept {
  if (size == 0)
    return {};
  return {static_cast<const std::byte*>(zmq_msg_data(&part)), size};
}

/// A frame that keeps what libzmq has received.
frame take_large(zmq_msg_t& part) {
  auto* const owner = new received_bytes(part);
  const auto bytes = owner->bytes();
  // Whether these bytes are a piece of libzmq's input buffer cannot be asked; up to its size they
  // may be, and then all of it stays in memory.
  const auto retained = std::max(bytes.size(), defaults::receive_buffer_bytes);
  return frame::adopt(bytes, retained, owner);
}

/// Gives libzmq bytes that `owner`, of which it takes over a reference, keeps alive.
void lend(zmq_msg_t& part, const frame& f, frame_owner* owner) {
  // libzmq takes a pointer to mutable bytes and does not write through it.
  auto* bytes = const_cast<std::byte*>(f.data());
  if (zmq_msg_init_data(&part, bytes, f.size(), release_sent_bytes, owner) != 0) {
    owner->release();
    throw std::bad_alloc();
  }
}

} // namespace

frame take_frame(zmq_msg_t& part, std::size_t size) {
  return size <= defaults::copy_frames_up_to ? frame(bytes_of(part, size)) : take_large(part);
}

void take_frame(zmq_msg_t& part, std::size_t size, message& onto) {
  size <= defaults::copy_frames_up_to ? onto.append_copy(bytes_of(part, size))
                                      : onto.append(take_large(part));
}

void fill_part(zmq_msg_t& part, const frame& f, const transit& account) {
  auto* owner = f.owner();
  if (owner == nullptr || f.size() <= defaults::copy_frames_up_to) {
    if (zmq_msg_init_size(&part, f.size()) != 0)
      throw std::bad_alloc();
    if (!f.empty())
      std::memcpy(zmq_msg_data(&part), f.data(), f.size());
    return;
  }
  if (account && f.size() > defaults::transit_counted_from)
    return lend(part, f, new counted_bytes(f, account));
  if (typeid(*owner) == typeid(received_bytes)) {
    auto* received = static_cast<received_bytes*>(owner);
    // A frame may be a part of its owner's bytes; a message cannot.
    if (received->bytes().data() == f.data() && received->bytes().size() == f.size()) {
      received->share(part);
      return;
    }
  }
  owner->retain();
  lend(part, f, owner);
}

} // namespace mdp::net
