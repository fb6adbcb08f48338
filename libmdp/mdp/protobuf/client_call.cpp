#include "mdp/protobuf/client_call.hpp"

#include "mdp/assert.hpp"
#include "mdp/protobuf/payload.hpp"
#include "mdp/protobuf/rpc_controller.hpp"
#include "mdp/service/status_reply.hpp"

#include <optional>
#include <utility>

namespace mdp::detail {

namespace {

/// What the reply says is wrong, or nothing after it was read into `response`.
std::optional<rpc_error> read_reply(const message& reply, google::protobuf::Message& response,
                                    std::size_t limit) {
  // The beginning of a status cannot be the beginning of any protocol buffer (docs/rpc.md).
  if (auto status = read_status(reply))
    return rpc_error{status->is_error() ? reason_of(status->code) : rpc_errc::other_status,
                     std::move(status->text), status->code};
  if (reply.size() != 1)
    return rpc_error{rpc_errc::bad_reply, "a response is one frame"};
  if (const auto read = parse(reply[0], response, limit); !read)
    return rpc_error{rpc_errc::bad_reply, std::string(to_string(read.error()))};
  return std::nullopt;
}

} // namespace

client_call::client_call(google::protobuf::RpcController* controller,
                         google::protobuf::Message& response, google::protobuf::Closure* done,
                         std::size_t limit)
    : controller_(controller), response_(response), done_(done), limit_(limit) {}

void client_call::begin(const std::shared_ptr<client_call>& call) {
  if (auto* ours = dynamic_cast<rpc_controller*>(call->controller_)) {
    ours->Reset();
    ours->call_ = call;
  }
}

duration client_call::timeout() const {
  const auto* ours = dynamic_cast<const rpc_controller*>(controller_);
  return ours != nullptr ? ours->timeout() : defaults::rpc_timeout;
}

void client_call::sent(request_port::cancel_function cancel) {
  {
    const std::lock_guard guard(mutex_);
    if (has_ended_)
      return;
    if (!is_cancelled_) {
      cancel_ = std::move(cancel);
      return;
    }
  }
  if (cancel)
    cancel();
}

void client_call::cancel() {
  request_port::cancel_function cancel;
  {
    const std::lock_guard guard(mutex_);
    if (has_ended_ || is_cancelled_)
      return;
    is_cancelled_ = true;
    cancel = std::exchange(cancel_, {});
  }
  if (cancel)
    cancel();
}

void client_call::end(request_port::result answer) {
  request_port::cancel_function unused; // it may hold things whose end is not ours to wait for
  {
    const std::lock_guard guard(mutex_);
    if (std::exchange(has_ended_, true))
      return;
    unused = std::exchange(cancel_, {});
  }
  finish(std::move(answer));
}

void client_call::finish(request_port::result answer) {
  auto error = answer ? read_reply(*answer, response_, limit_)
                      : std::optional<rpc_error>(std::move(answer.error()));
  if (error)
    response_.Clear();
  if (auto* ours = dynamic_cast<rpc_controller*>(controller_))
    ours->error_ = std::move(error);
  else if (controller_ != nullptr && error)
    controller_->SetFailed(to_string(*error));
  if (done_ != nullptr) {
    try {
      done_->Run();
    } catch (...) { // NOLINT(bugprone-empty-catch): the caller's own; here is nobody to tell
    }
    return;
  }
  const std::lock_guard guard(mutex_);
  is_over_ = true;
  is_over_now_.notify_all();
}

void client_call::wait() {
  MDP_ASSERT(done_ == nullptr);
  std::unique_lock lock(mutex_);
  is_over_now_.wait(lock, [this] { return is_over_; });
}

} // namespace mdp::detail
