#pragma once

#include "mdp/security/secret.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mdp::security {

/// The public half of an Ed25519 key pair: whoever has it can tell what the other half has signed.
class verify_key {
public:
  static constexpr std::size_t byte_count = 32;
  static constexpr std::size_t signature_bytes = 64;

  /// Reads Z85. The error is one line.
  [[nodiscard]] static tl::expected<verify_key, std::string> parse(std::string_view text);

  /// In Z85.
  [[nodiscard]] std::string text() const;
  /// A short name of the key: the first bytes of its hash, in hexadecimal digits.
  [[nodiscard]] std::string id() const;

  /// Whether `signature` is that of `message` by the other half.
  [[nodiscard]] bool accepts(std::string_view message,
                             std::span<const std::byte> signature) const noexcept;

  friend bool operator==(const verify_key&, const verify_key&) = default;

private:
  friend class signing_key;
  std::array<std::uint8_t, byte_count> bytes_{};
};

/// The secret half. Any thread may sign.
class signing_key {
public:
  /// Throws std::runtime_error where there are no random numbers.
  [[nodiscard]] static signing_key generate();

  /// From a file that save() has written; one that others can read is refused. The error is one line.
  [[nodiscard]] static tl::expected<signing_key, std::string> load(const std::string& path);

  /// Into a file that is not there yet, for nobody but this user (0600). The error is one line.
  [[nodiscard]] tl::expected<void, std::string> save(const std::string& path) const;

  [[nodiscard]] const verify_key& shown() const noexcept { return shown_; }
  [[nodiscard]] std::array<std::byte, verify_key::signature_bytes>
  sign(std::string_view message) const;

private:
  explicit signing_key(const secret& seed);

  secret seed_;
  secret key_; // as libsodium wants it: the seed and the public half
  verify_key shown_;
};

} // namespace mdp::security
