#pragma once

#include "mdp/protobuf/rpc_desk.hpp"
#include "mdp/protobuf/rpc_error.hpp"

#include <google/protobuf/message.h>
#include <google/protobuf/service.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace mdp::detail {

/// One call in progress: the method's controller, request and response, and the promise that it is
/// answered once. The method's `done` and the desk's list hold it. Thread-safe.
class server_call final : public google::protobuf::RpcController {
public:
  server_call(std::shared_ptr<rpc_desk> desk, std::shared_ptr<google::protobuf::Service> service,
              const google::protobuf::MethodDescriptor* method, responder answer);
  server_call(const server_call&) = delete;
  server_call& operator=(const server_call&) = delete;
  /// Gives its place at the desk back.
  ~server_call() override;

  /// The argument, to be read into before run().
  [[nodiscard]] google::protobuf::Message& request() noexcept { return *request_; }

  /// Calls the method on this thread.
  static void run(const std::shared_ptr<server_call>& call, time_point now);

  /// Answers for the method, if it has not answered, and tells it that this is over.
  void give_up(rpc_errc reason, std::string_view text, std::uint64_t rpc_counters::*counter);

  // The caller's part of a controller, without a meaning here.
  void Reset() override {}
  bool Failed() const override;
  std::string ErrorText() const override;
  void StartCancel() override {}

  // The method's part.
  void SetFailed(const std::string& reason) override;
  bool IsCanceled() const override;
  void NotifyOnCancel(google::protobuf::Closure* callback) override;

private:
  class done_closure;

  [[nodiscard]] bool let_go();
  [[nodiscard]] bool is_thrown_through() const;
  void on_done();
  void on_dropped();
  [[nodiscard]] std::optional<responder> take_responder(std::uint64_t rpc_counters::*counter);
  void answer(frame response);
  void fail(rpc_errc reason, std::string_view text, std::uint64_t rpc_counters::*counter);
  void run_cancel_callback();

  std::shared_ptr<rpc_desk> desk_;
  std::shared_ptr<google::protobuf::Service> service_;
  const google::protobuf::MethodDescriptor* method_;
  std::unique_ptr<google::protobuf::Message> request_;
  std::unique_ptr<google::protobuf::Message> response_;

  mutable std::mutex mutex_;
  std::thread::id thread_;              // while it is in the method
  int exceptions_ = 0;                  // that were under way there before
  std::optional<responder> responder_;  // until it is answered
  std::optional<std::uint64_t> number_; // at the desk
  std::optional<std::string> failure_;
  google::protobuf::Closure* on_cancel_ = nullptr;
  bool is_cancelled_ = false;
  bool is_done_ = false; // `done` is gone, or about to be
};

} // namespace mdp::detail
