#pragma once

#include <tl/expected.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mdp::security {

/// The public half of a CURVE key pair: everybody may know it, and by it somebody is known. A value.
class public_key {
public:
  static constexpr std::size_t byte_count = 32;
  static constexpr std::size_t text_size =
    40; ///< Z85 (RFC 32) makes five characters of four bytes.

  /// Reads Z85. The error is one line.
  [[nodiscard]] static tl::expected<public_key, std::string> parse(std::string_view text);

  /// Nothing if these are not 32 bytes.
  [[nodiscard]] static std::optional<public_key> of(std::span<const std::byte> bytes) noexcept;

  /// In Z85.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const std::array<std::uint8_t, byte_count>& bytes() const noexcept {
    return bytes_;
  }

  friend auto operator<=>(const public_key&, const public_key&) = default;

private:
  std::array<std::uint8_t, byte_count> bytes_{};
};

/// Reads Z85 of exactly as many bytes as `into` has; false if it is none. The text may be a secret:
/// no copy of it is left anywhere.
[[nodiscard]] bool read_z85(std::string_view text, std::span<std::byte> into);

} // namespace mdp::security

template <>
struct std::hash<mdp::security::public_key> {
  std::size_t operator()(const mdp::security::public_key& key) const noexcept {
    const auto& bytes = key.bytes();
    return std::hash<std::string_view>{}(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
};
