#pragma once

#include "mdp/message.hpp"
#include "mdp/wire/command.hpp"
#include "mdp/wire/decode_error.hpp"
#include "mdp/wire/limits.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Reads multiparts as RFC 7 and RFC 18 write them, strictly: a frame too many, a missing delimiter
/// or a two-byte command is an error, never a guess. Pure functions; any thread. They never throw
/// on content (only on exhausted memory) and never read beyond a frame. Body frames are moved, not
/// copied.
namespace mdp::wire {

/// Reads what a peer sent to a broker's ROUTER, the routing id already taken off. The header
/// decides first whether a client or a worker speaks and in which version (T2).
[[nodiscard]] tl::expected<broker_input, decode_error> decode_at_broker(message frames,
                                                                        const limits& bounds);

/// The same where it is to be, for who reads many: into `into`, which means nothing after an error. The body is
/// moved out of `frames`; of what is refused the header can still be shown, see header_seen().
[[nodiscard]] std::optional<decode_error> read_at_broker(message& frames, const limits& bounds,
                                                         broker_input& into);

/// Reads what a broker sent to a worker that speaks `version`.
[[nodiscard]] tl::expected<to_worker, decode_error>
decode_at_worker(message frames, protocol_version version, const limits& bounds);

/// Reads what a broker sent to a client that speaks `version`. Address frames in front of the
/// delimiter end up in the reply's `return_path` (T19).
[[nodiscard]] tl::expected<to_client, decode_error>
decode_at_client(message frames, protocol_version version, const limits& bounds);

/// The rule for service names (T11): 1 to `bounds.max_service_name` bytes of printable ASCII
/// without spaces. Nothing when `name` obeys.
[[nodiscard]] std::optional<decode_error> check_service_name(std::string_view name,
                                                             const limits& bounds) noexcept;

/// The header frame of a multipart as far as one can be made out, for a log line about a peer that
/// speaks something else (T20); empty when there is none. These are a peer's bytes, of any value
/// and length: cut them, and see printable(). Valid as long as `frames` is unchanged.
[[nodiscard]] std::string_view header_seen(const message& frames) noexcept;

/// A peer's bytes for a log line, a question mark for each that is not printable ASCII: a line break
/// could forge a line of the log, an escape speak to a terminal.
[[nodiscard]] std::string printable(std::string text);

} // namespace mdp::wire
