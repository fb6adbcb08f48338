#pragma once

#include "mdp/protobuf/request_port.hpp"

#include <google/protobuf/message.h>
#include <google/protobuf/service.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace mdp::detail {

/// One call on its way: what ties the caller's objects to the port's answer. The port holds it by
/// the callback, the controller for StartCancel; the caller's objects are not touched any more once
/// `done` runs or wait() returns. Thread-safe.
class client_call {
public:
  client_call(google::protobuf::RpcController* controller, google::protobuf::Message& response,
              google::protobuf::Closure* done, std::size_t limit);

  /// Ties `call` to its controller, so that it can be cancelled by it.
  static void begin(const std::shared_ptr<client_call>& call);

  /// How long the caller waits.
  [[nodiscard]] duration timeout() const;

  /// The port has it; `cancel` gives it up. Called at once if somebody wanted that meanwhile.
  void sent(request_port::cancel_function cancel);

  /// Gives the call up, if it is not over.
  void cancel();

  /// The answer. Only the first counts.
  void end(request_port::result answer);

  /// Returns when the call is over.
  void wait();

private:
  void finish(request_port::result answer);

  google::protobuf::RpcController* controller_;
  google::protobuf::Message& response_;
  google::protobuf::Closure* done_;
  std::size_t limit_;

  std::mutex mutex_;
  std::condition_variable is_over_now_;
  request_port::cancel_function cancel_;
  bool is_cancelled_ = false;
  bool has_ended_ = false; // an answer was taken
  bool is_over_ = false;   // and the caller's objects tell it
};

} // namespace mdp::detail
