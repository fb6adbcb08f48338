#pragma once

#include "mdp/message.hpp"
#include "mdp/protobuf/rpc_error.hpp"
#include "mdp/time.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <string>

namespace mdp {

/// What an `rpc_channel` needs of a client: a request out, one reply or error back. Thread-safe.
class request_port {
public:
  struct request {
    std::string service;
    message body;
    duration timeout{}; ///< How long the caller waits for the reply, all tries together.
  };

  using result = tl::expected<message, rpc_error>;
  using ended_function = std::function<void(result)>;
  using cancel_function = std::function<void()>;

  request_port() = default;
  request_port(const request_port&) = delete;
  request_port& operator=(const request_port&) = delete;
  /// Ends all open requests before it returns.
  virtual ~request_port() = default;

  /// Asks. `ended` is called exactly once, by any thread, perhaps before this returns: with the
  /// whole reply, or after the timeout, or after what is returned was called. That may be called at
  /// any time, also when the request has ended, and by `ended` itself; it may be empty when nothing
  /// can be cancelled any more.
  [[nodiscard]] virtual cancel_function send(request what, ended_function ended) = 0;
};

} // namespace mdp
