#pragma once

#include <system_error>

namespace mdp::net {

/// Errors of libzmq: errno values and libzmq's own beside them, in the words of `zmq_strerror`.
/// Those that are errno values compare equal to `std::errc`. Thread-safe.
[[nodiscard]] const std::error_category& zmq_category() noexcept;

/// `value` as libzmq means it, an errno value or one of its own.
[[nodiscard]] inline std::error_code zmq_error(int value) noexcept {
  return {value, zmq_category()};
}

/// Why the last libzmq call of this thread failed; to be asked at once.
[[nodiscard]] std::error_code last_zmq_error() noexcept;

} // namespace mdp::net
