#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace mdp::security {

/// Bytes that nobody else may see: they lie in pages of their own that are not swapped out and not
/// dumped, as far as the system allows, with a guard page on both sides; and they are wiped at the
/// end. Only moved, never copied. One thread at a time may write; any may read after that.
class secret {
public:
  /// `size` bytes of 0. Throws std::bad_alloc.
  explicit secret(std::size_t size);

  [[nodiscard]] std::span<std::byte> bytes() noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }
  /// The bytes seen as characters; valid as long as this is.
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.get()), size_};
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Compares in a time that says nothing about where the difference is.
  [[nodiscard]] bool equals(std::span<const std::byte> other) const noexcept;

private:
  struct wipe {
    void operator()(std::byte* bytes) const noexcept;
  };

  std::unique_ptr<std::byte[], wipe> bytes_;
  std::size_t size_;
};

/// Makes libsodium ready; whatever uses it calls this first. Throws std::runtime_error if the system
/// has no random numbers. Thread-safe, and cheap after the first call.
void use_sodium();

} // namespace mdp::security
