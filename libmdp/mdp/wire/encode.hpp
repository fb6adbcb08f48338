#pragma once

#include "mdp/message.hpp"
#include "mdp/wire/command.hpp"

/// Writes commands as RFC 7 and RFC 18 define them. Pure functions; any thread. Body frames are
/// moved. The caller keeps the contract of the command (a body has at least one frame, an address
/// is not empty); breaking it is a bug of ours and asserted.
namespace mdp::wire {

/// Client to broker. In 0.1 the delimiter is always written; in 0.2 when the path has an address or
/// says so.
[[nodiscard]] message encode(client_request command, protocol_version version);

/// Broker to client. A `client_partial` cannot be said in 0.1: asserted; the client link holds
/// partials back for such clients (T4).
[[nodiscard]] message encode(to_client command, protocol_version version);

/// Worker to broker. A `worker_partial` cannot be said in 0.1: asserted.
[[nodiscard]] message encode(from_worker command, protocol_version version);

/// Broker to worker.
[[nodiscard]] message encode(to_worker command, protocol_version version);

} // namespace mdp::wire
