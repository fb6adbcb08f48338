#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mdp {

/// Keeps the bytes of a large frame alive. `net` derives from it to hold a libzmq message, so that
/// core can pass bytes on without knowing libzmq. Reference counted; thread-safe.
class frame_owner {
public:
  frame_owner() = default;
  frame_owner(const frame_owner&) = delete;
  frame_owner& operator=(const frame_owner&) = delete;
  virtual ~frame_owner() = default;

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }

  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }

private:
  std::atomic<std::uint32_t> references_{1};
};

/// One frame of a ZeroMQ message: an immutable byte string that is cheap to copy. Up to
/// `inline_capacity` bytes live inside the object, more in a shared owner. Copies may be used from
/// different threads at once; one object may not.
class frame {
public:
  /// Bytes held without an allocation: every command byte, protocol header, routing id and token,
  /// most service names and many small bodies.
  static constexpr std::size_t inline_capacity = 64;

  /// The empty frame.
  frame() noexcept {}

  /// Copies `bytes`.
  explicit frame(std::span<const std::byte> bytes);

  /// Copies the characters of `text` as they are, without a terminator.
  explicit frame(std::string_view text);

  /// Takes over one reference of `owner`, which keeps `bytes` alive and unchanged. `retained` says
  /// how much memory that really holds, which can be far more than `bytes` (T23).
  static frame adopt(std::span<const std::byte> bytes, std::size_t retained,
                     frame_owner* owner) noexcept;

  /// A frame of `size` bytes that `fill` writes: it is called once with all of them, so that what is
  /// serialised needs no buffer of its own. What `fill` throws passes through.
  template <std::invocable<std::span<std::byte>> Fill>
  [[nodiscard]] static frame filled(std::size_t size, Fill&& fill) {
    frame result;
    std::forward<Fill>(fill)(result.make_room(size));
    return result;
  }

  frame(const frame& other) noexcept;
  frame(frame&& other) noexcept;
  frame& operator=(const frame& other) noexcept;
  frame& operator=(frame&& other) noexcept;
  ~frame();

  /// Makes it a copy of `bytes`, which are not its own. After std::bad_alloc it is empty.
  void assign(std::span<const std::byte> bytes);

  /// Makes it the empty frame.
  void clear() noexcept {
    if (owner_ != nullptr)
      std::exchange(owner_, nullptr)->release();
    size_ = 0;
  }

  [[nodiscard]] const std::byte* data() const noexcept { return owner_ ? far_.data : near_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data(), size_}; }

  /// The bytes seen as characters; valid as long as this frame is.
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(data()), size_};
  }

  /// The `count` bytes behind the first `offset` as a frame of their own, which shares the bytes
  /// unless they are few. Both together must be within `size()`.
  [[nodiscard]] frame slice(std::size_t offset, std::size_t count) const;

  /// Bytes of memory this frame holds on to, the object itself included.
  [[nodiscard]] std::size_t footprint() const noexcept {
    return sizeof(frame) + (owner_ ? far_.retained : 0);
  }

  /// The owner of a large frame's bytes, or null for a small one. For `net`, which can hand the
  /// bytes back to libzmq without a copy; no reference is taken.
  [[nodiscard]] frame_owner* owner() const noexcept { return owner_; }

  /// Lower-case hexadecimal digits, for display only.
  [[nodiscard]] std::string hex() const;

  friend bool operator==(const frame& a, const frame& b) noexcept { return a.text() == b.text(); }
  friend bool operator==(const frame& a, std::string_view b) noexcept { return a.text() == b; }

private:
  struct shared_bytes {
    const std::byte* data;
    std::size_t retained;
  };

  void take(const frame& other) noexcept;
  void write(std::span<const std::byte> bytes);
  std::span<std::byte> make_room(std::size_t size);

  frame_owner* owner_ = nullptr;
  std::size_t size_ = 0;
  union {
    std::array<std::byte, inline_capacity> near_;
    shared_bytes far_;
  };
};

} // namespace mdp

template <>
struct std::hash<mdp::frame> {
  std::size_t operator()(const mdp::frame& f) const noexcept {
    return std::hash<std::string_view>{}(f.text());
  }
};
