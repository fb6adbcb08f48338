#pragma once

#include "mdp/frame.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace mdp {

/// A frame that is the same in very many places, as a client's address is in each of its requests:
/// one pointer for each of them, the bytes once. Copies may be used from different threads at once;
/// one object may not. What was moved from is empty.
class shared_frame {
public:
  /// The empty frame; allocates nothing.
  shared_frame() noexcept = default;

  /// Takes `bytes`, one allocation unless it is empty. Not explicit: it may stand wherever a frame
  /// would.
  shared_frame(frame bytes) : home_(bytes.empty() ? nullptr : new home(std::move(bytes))) {}

  shared_frame(const shared_frame& other) noexcept : home_(other.home_) {
    if (home_ != nullptr)
      home_->retain();
  }
  shared_frame(shared_frame&& other) noexcept : home_(std::exchange(other.home_, nullptr)) {}
  shared_frame& operator=(shared_frame other) noexcept {
    std::swap(home_, other.home_);
    return *this;
  }
  ~shared_frame() {
    if (home_ != nullptr)
      home_->release();
  }

  /// Valid as long as this object is and is not assigned to.
  [[nodiscard]] const frame& get() const noexcept { return home_ != nullptr ? home_->bytes : none; }
  operator const frame&() const noexcept { return get(); }

  [[nodiscard]] bool empty() const noexcept { return home_ == nullptr; }

  /// Bytes of memory that all copies together hold on to, the objects themselves aside.
  [[nodiscard]] std::size_t footprint() const noexcept {
    return home_ != nullptr ? sizeof(home) - sizeof(frame) + home_->bytes.footprint() : 0;
  }
  [[nodiscard]] std::string_view text() const noexcept { return get().text(); }

  friend bool operator==(const shared_frame& a, const shared_frame& b) noexcept {
    return a.home_ == b.home_ || a.text() == b.text();
  }
  friend bool operator==(const shared_frame& a, std::string_view b) noexcept {
    return a.text() == b;
  }

private:
  class home final : public frame_owner {
  public:
    explicit home(frame f) noexcept : bytes(std::move(f)) {}
    const frame bytes;
  };

  inline static const frame none;

  home* home_ = nullptr;
};

} // namespace mdp
