#include "mdp/client/awaited_reply.hpp"

#include "mdp/client/client_loop.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace mdp {

namespace detail {

/// Between the coroutine and the client's thread.
struct awaited_state {
  std::mutex mutex;
  std::coroutine_handle<> waiting; // empty before, after, and when it was destroyed
  std::optional<request_id> request;
  std::optional<request_result> result;
};

} // namespace detail

awaited_reply::awaited_reply(std::shared_ptr<detail::client_loop> loop, std::string service,
                             message body, request_options options)
    : loop_(std::move(loop)),
      state_(std::make_shared<detail::awaited_state>()),
      service_(std::move(service)),
      body_(std::move(body)),
      options_(std::move(options)) {}

awaited_reply::~awaited_reply() {
  std::optional<request_id> unanswered;
  {
    const std::lock_guard guard(state_->mutex);
    if (std::exchange(state_->waiting, {}))
      unanswered = state_->request;
  }
  if (unanswered)
    loop_->cancel(*unanswered);
}

bool awaited_reply::await_suspend(std::coroutine_handle<> who) {
  // As soon as the request is on its way the coroutine may go on in the other thread, and this
  // object be gone. The state is not, and its lock keeps the reply back for so long.
  const auto state = state_;
  const std::lock_guard guard(state->mutex);
  const auto started = loop_->start(std::move(service_), std::move(body_), std::move(options_),
                                    [state](request_result result) {
                                      std::coroutine_handle<> goes_on;
                                      {
                                        const std::lock_guard reply_guard(state->mutex);
                                        state->result = std::move(result);
                                        goes_on = std::exchange(state->waiting, {});
                                      }
                                      if (goes_on)
                                        goes_on.resume();
                                    });
  if (!started) {
    state->result = tl::unexpected(started.error());
    return false;
  }
  state->request = *started;
  state->waiting = who;
  return true;
}

request_result awaited_reply::await_resume() {
  const std::lock_guard guard(state_->mutex);
  return *std::move(state_->result);
}

} // namespace mdp
