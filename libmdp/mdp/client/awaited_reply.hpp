#pragma once

#include "mdp/client/config.hpp"

#include <coroutine>
#include <memory>
#include <string>

namespace mdp {

namespace detail {
class client_loop;
struct awaited_state;
} // namespace detail

/// What `client::ask` returns: to be awaited, once. The coroutine goes on on the client's thread with
/// a `request_result`, or at once, where it is, when the request is refused.
///
/// A coroutine may be destroyed while it waits: its request is cancelled, and nobody goes on. As
/// always with coroutines, whoever destroys it must know that it waits; on the client's thread it
/// certainly does. The client may end first, which makes the coroutine go on with `cancelled`.
class awaited_reply {
public:
  awaited_reply(std::shared_ptr<detail::client_loop> loop, std::string service, message body,
                request_options options);
  ~awaited_reply();
  awaited_reply(const awaited_reply&) = delete;
  awaited_reply& operator=(const awaited_reply&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> who);
  [[nodiscard]] request_result await_resume();

private:
  std::shared_ptr<detail::client_loop> loop_;
  std::shared_ptr<detail::awaited_state> state_;
  std::string service_;
  message body_;
  request_options options_;
};

} // namespace mdp
