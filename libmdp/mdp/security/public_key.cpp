#include "mdp/security/public_key.hpp"

#include "mdp/security/secret.hpp"

#include <zmq.h>

#include <algorithm>
#include <cstring>

namespace mdp::security {

bool read_z85(std::string_view text, std::span<std::byte> into) {
  // libzmq counts up to a terminator, and a text that has one inside is shorter than it looks.
  if (text.size() * 4 != into.size() * 5 || text.find('\0') != std::string_view::npos)
    return false;
  secret terminated(text.size() + 1);
  std::memcpy(terminated.bytes().data(), text.data(), text.size());
  return zmq_z85_decode(reinterpret_cast<std::uint8_t*>(into.data()), terminated.text().data()) !=
         nullptr;
}

tl::expected<public_key, std::string> public_key::parse(std::string_view text) {
  public_key key;
  if (!read_z85(text, std::as_writable_bytes(std::span(key.bytes_))))
    return tl::unexpected(std::string("this is no CURVE key, which is 40 characters of Z85"));
  return key;
}

std::optional<public_key> public_key::of(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() != byte_count)
    return std::nullopt;
  public_key key;
  std::memcpy(key.bytes_.data(), bytes.data(), byte_count);
  return key;
}

std::string public_key::text() const {
  std::array<char, text_size + 1> terminated{};
  zmq_z85_encode(terminated.data(), bytes_.data(), byte_count);
  return {terminated.data(), text_size};
}

} // namespace mdp::security
