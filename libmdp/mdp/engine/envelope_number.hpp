#pragma once

#include "mdp/wire/command.hpp"

#include <cstdint>
#include <optional>

/// A number as the one address frame in front of a client's delimiter, which a broker of ours echoes
/// in front of each reply (T19): eight bytes, the lowest first.
namespace mdp::engine {

[[nodiscard]] wire::return_path numbered_path(std::uint64_t number);

/// Nothing, if it is not just such a frame.
[[nodiscard]] std::optional<std::uint64_t> read_number(const wire::return_path& path) noexcept;

} // namespace mdp::engine
