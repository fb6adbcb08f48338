#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

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

/// What has gone over a TCP connection, in bytes.
struct traffic {
  std::uint64_t received = 0;
  std::uint64_t sent = 0; ///< Each byte once, however often the system had to repeat it.
};

/// As the system counts it, what is not read or not acknowledged included; nothing if it is no TCP
/// connection, or closed. Thread-safe.
[[nodiscard]] std::optional<traffic> traffic_of(int descriptor) noexcept;

/// The network whose peer a TCP connection has: an IPv4 address, or the first half of an IPv6 address, as
/// the other half is anybody's to choose. Bytes to compare, not to show; nothing if it is no TCP
/// connection, or closed. Thread-safe.
[[nodiscard]] std::optional<std::string> peer_network(int descriptor);

/// Ends a connection that libzmq has accepted: its peer and libzmq find it closed by the other side.
/// The descriptor stays libzmq's to close. Thread-safe.
void hang_up(int descriptor) noexcept;

} // namespace mdp::net
