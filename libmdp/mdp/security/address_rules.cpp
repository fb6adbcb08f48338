#include "mdp/security/address_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace mdp::security {

namespace {

using ip_bytes = std::array<std::uint8_t, 16>;

constexpr unsigned all_bits = 128;
constexpr unsigned ipv4_offset_bits = 96;
constexpr std::size_t longest_address = 64; // INET6_ADDRSTRLEN is 46

/// An IPv4 address as IPv6 writes it, so that ::ffff:10.0.0.1 and 10.0.0.1 are the same.
std::optional<ip_bytes> bytes_of(std::string_view text) noexcept {
  if (text.empty() || text.size() >= longest_address)
    return std::nullopt;
  std::array<char, longest_address> terminated{};
  std::ranges::copy(text, terminated.begin());
  ip_bytes bytes{};
  if (::inet_pton(AF_INET6, terminated.data(), bytes.data()) == 1)
    return bytes;
  if (::inet_pton(AF_INET, terminated.data(), bytes.data() + 12) != 1)
    return std::nullopt;
  bytes[10] = bytes[11] = 0xFF;
  return bytes;
}

/// For ipc libzmq says nothing, or `:uid:gid:pid`. An IPv6 address has a digit or another colon
/// behind a leading one.
bool is_ipc_address(std::string_view address) noexcept {
  return address.empty() || (address.front() == ':' && !bytes_of(address));
}

bool same_bits(const ip_bytes& a, const ip_bytes& b, unsigned bits) noexcept {
  for (unsigned i = 0; i < bits; ++i) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (i % 8));
    if ((a[i / 8] & mask) != (b[i / 8] & mask))
      return false;
  }
  return true;
}

} // namespace

tl::expected<address_range, std::string> address_range::parse(std::string_view text) {
  const auto wrong = [text](std::string_view why) {
    return tl::unexpected("\"" + std::string(text) + "\" " + std::string(why));
  };
  address_range range;
  if (text == "ipc") {
    range.is_ipc_ = true;
    return range;
  }
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const auto bytes = bytes_of(address);
  if (!bytes)
    return wrong("is no address: say 10.1.2.3, 10.0.0.0/8, fd00::/8 or ipc");
  const bool is_ipv4 = address.find(':') == std::string_view::npos;
  const unsigned most = is_ipv4 ? all_bits - ipv4_offset_bits : all_bits;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || bits > most)
      return wrong("has no network's length: 0 to " + std::to_string(most));
  }
  range.network_ = *bytes;
  range.bits_ = is_ipv4 ? bits + ipv4_offset_bits : bits;
  for (unsigned i = range.bits_; i < all_bits; ++i)
    if ((range.network_[i / 8] & (0x80U >> (i % 8))) != 0)
      return wrong("is no network: there are bits behind its length");
  return range;
}

bool address_range::contains(std::string_view address) const noexcept {
  if (is_ipc_ || is_ipc_address(address))
    return is_ipc_ && is_ipc_address(address);
  const auto bytes = bytes_of(address);
  return bytes && same_bits(*bytes, network_, bits_);
}

bool address_rules::admits(std::string_view address) const noexcept {
  const auto contains = [address](const address_range& range) { return range.contains(address); };
  return std::ranges::none_of(deny, contains) &&
         (allow.empty() || std::ranges::any_of(allow, contains));
}

} // namespace mdp::security
