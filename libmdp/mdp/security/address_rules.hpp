#pragma once

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mdp::security {

/// Addresses that peers come from: one, `10.1.2.3` or `fd00::1`; a network, `10.0.0.0/8` or `fe80::/10`;
/// or `ipc`, all of this machine's that come through a file.
class address_range {
public:
  /// Why `text` is no such range is said in one line.
  [[nodiscard]] static tl::expected<address_range, std::string> parse(std::string_view text);

  /// Whether `address`, as libzmq spells it, is one of them. What is no address is in no range.
  [[nodiscard]] bool contains(std::string_view address) const noexcept;

  friend bool operator==(const address_range&, const address_range&) = default;

private:
  std::array<std::uint8_t, 16> network_{}; // IPv4 as IPv6, ::ffff:a.b.c.d
  unsigned bits_ = 0;
  bool is_ipc_ = false;
};

/// Who may connect, by address: nobody who is denied; and where somebody is allowed, nobody else.
struct address_rules {
  std::vector<address_range> allow;
  std::vector<address_range> deny;

  /// There are no rules, and everybody may.
  [[nodiscard]] bool empty() const noexcept { return allow.empty() && deny.empty(); }
  [[nodiscard]] bool admits(std::string_view address) const noexcept;

  friend bool operator==(const address_rules&, const address_rules&) = default;
};

} // namespace mdp::security
