#include "mdp/engine/envelope_number.hpp"

#include <array>
#include <cstddef>

namespace mdp::engine {

wire::return_path numbered_path(std::uint64_t number) {
  std::array<std::byte, sizeof number> bytes{};
  for (auto& each : bytes) {
    each = static_cast<std::byte>(number & 0xffU);
    number >>= 8U;
  }
  return {{frame(bytes)}, true};
}

std::optional<std::uint64_t> read_number(const wire::return_path& path) noexcept {
  std::uint64_t number = 0;
  if (path.address.size() != 1 || path.address.front().size() != sizeof number)
    return std::nullopt;
  const auto bytes = path.address.front().bytes();
  for (std::size_t i = sizeof number; i-- > 0;)
    number = number << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  return number;
}

} // namespace mdp::engine
