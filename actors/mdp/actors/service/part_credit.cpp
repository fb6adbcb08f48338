#include "mdp/actors/service/part_credit.hpp"

#include <utility>

namespace mdp::actors {

/// A frame's bytes that end a booking when they go.
class part_credit::booked_bytes final : public frame_owner {
public:
  booked_bytes(frame bytes, std::shared_ptr<part_credit> credit, std::size_t booked)
      : bytes_(std::move(bytes)), credit_(std::move(credit)), booked_(booked) {}
  ~booked_bytes() override { credit_->give_back(booked_); }

  [[nodiscard]] const frame& bytes() const noexcept { return bytes_; }

private:
  frame bytes_;
  std::shared_ptr<part_credit> credit_;
  std::size_t booked_;
};

message part_credit::book(message part, const std::function<bool()>& is_wanted) {
  const auto bytes = part.footprint();
  auto first = part.pop().value_or(frame{}); // an empty part is one empty frame (T11)
  {
    std::unique_lock lock(mutex_);
    const auto has_room = [&] {
      return parts_ == 0 || (parts_ < max_parts_ && bytes_ + bytes <= max_bytes_);
    };
    while (!has_room() && is_wanted())
      changed_.wait_for(lock, defaults::stream_credit_look, has_room);
    ++parts_;
    bytes_ += bytes;
  }
  auto* const owner = new booked_bytes(std::move(first), shared_from_this(), bytes);
  part.push(frame::adopt(owner->bytes().bytes(), owner->bytes().footprint(), owner));
  return part;
}

std::size_t part_credit::parts() const {
  const std::lock_guard guard(mutex_);
  return parts_;
}

void part_credit::give_back(std::size_t bytes) noexcept {
  {
    const std::lock_guard guard(mutex_);
    --parts_;
    bytes_ -= bytes;
  }
  changed_.notify_all();
}

} // namespace mdp::actors
