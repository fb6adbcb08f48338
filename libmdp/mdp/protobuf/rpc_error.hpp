#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mdp {

/// Why a call has no response. docs/rpc.md has the same table with the status codes.
enum class rpc_errc : std::uint8_t {
  failed,         ///< the method said so, by `SetFailed`
  bad_request,    ///< the service cannot read the request, or it cannot be written
  unknown_method, ///< the service has no such method
  internal_error, ///< the method threw, or never answered, or answered what cannot be sent
  unavailable,    ///< too busy, or stopping
  timed_out,      ///< no answer came in time, here, at the broker or at the service
  given_up,       ///< the broker lost one worker after the other with this request
  cancelled,      ///< cancelled here, or the client has ended
  bad_reply,      ///< the reply is not what the method returns
  other_status,   ///< a status that is none of ours
};

inline constexpr std::size_t rpc_errc_count = static_cast<std::size_t>(rpc_errc::other_status) + 1;

/// The enumerator's name, as used in logs.
[[nodiscard]] std::string_view to_string(rpc_errc reason) noexcept;

/// A call's failure.
struct rpc_error {
  rpc_errc reason{};
  std::string text;    ///< For people; may be empty.
  unsigned status = 0; ///< The code of the `mdp-status` reply that said so; 0 if none did.

  friend bool operator==(const rpc_error&, const rpc_error&) = default;
};

/// `reason: text`, for logs and exceptions.
[[nodiscard]] std::string to_string(const rpc_error& error);

/// The status code by which a service tells `reason`; 500 for what it has no way to say.
[[nodiscard]] int status_of(rpc_errc reason) noexcept;

/// What a status code of an error reply means to a caller, the broker's codes included.
[[nodiscard]] rpc_errc reason_of(unsigned status) noexcept;

} // namespace mdp
