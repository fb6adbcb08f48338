#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

/// File descriptors: each connection of a socket takes one, and libzmq tries for ever, with a whole
/// core, to accept a connection for which there is none.
namespace mdp::net {

/// How many descriptors this process may have open (RLIMIT_NOFILE). Thread-safe.
[[nodiscard]] std::size_t descriptor_limit() noexcept;

/// Allows this process as many descriptors as the system lets it have without asking anybody, and
/// returns the new limit. For a program's start.
std::size_t raise_descriptor_limit() noexcept;

/// Bytes that this process has read from a TCP connection since it began, as the system counts them;
/// nothing if it is none, or closed. Thread-safe.
[[nodiscard]] std::optional<std::uint64_t> bytes_read(int descriptor) noexcept;

/// Ends a connection that libzmq has accepted: its peer and libzmq find it closed by the other side.
/// The descriptor stays libzmq's to close. Thread-safe.
void hang_up(int descriptor) noexcept;

} // namespace mdp::net
