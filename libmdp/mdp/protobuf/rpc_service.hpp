#pragma once

#include "mdp/protobuf/rpc_dispatcher.hpp"
#include "mdp/service/request_handler.hpp"

#include <google/protobuf/service.h>

#include <memory>

namespace mdp {

/// Generated services as a worker's request handler:
///
///     mdp::actors::worker_config config;
///     config.service = "calculator";
///     config.work = mdp::serve(std::make_shared<my_calculator>());
///
/// The methods run on the worker's threads, several at a time if the worker has several. A method
/// that runs `done` later leaves its thread free until then. A thread of its own, which sleeps
/// nearly always, answers for methods that take too long (see `rpc_dispatcher`). Thread-safe but for
/// add().
class rpc_service {
public:
  explicit rpc_service(const rpc_limits& limits = {});
  /// Ends what is open with an error.
  ~rpc_service();
  rpc_service(const rpc_service&) = delete;
  rpc_service& operator=(const rpc_service&) = delete;

  /// As `rpc_dispatcher::add`.
  void add(std::shared_ptr<google::protobuf::Service> service);

  /// Calls the method that `request` asks for and sees that it is answered.
  void operator()(message request, responder answer);

  [[nodiscard]] rpc_counters counters() const;

private:
  class body;
  std::shared_ptr<body> body_;
};

/// One generated service as a request handler, which holds it.
[[nodiscard]] request_handler serve(std::shared_ptr<google::protobuf::Service> service,
                                    const rpc_limits& limits = {});

} // namespace mdp
