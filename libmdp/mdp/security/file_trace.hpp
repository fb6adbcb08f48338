#pragma once

#include <cstdint>
#include <string>

namespace mdp::security {

/// What is another number when a file was written, replaced or renamed, as far as the system notes it;
/// 0 if there is none. Thread-safe.
[[nodiscard]] std::uint64_t trace_of(const std::string& path) noexcept;

} // namespace mdp::security
