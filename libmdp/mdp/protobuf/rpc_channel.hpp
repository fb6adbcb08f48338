#pragma once

#include "mdp/defaults.hpp"
#include "mdp/protobuf/request_port.hpp"
#include "mdp/protobuf/rpc_controller.hpp"

#include <google/protobuf/service.h>

#include <cstddef>
#include <memory>
#include <string>

namespace mdp {

/// Calls the methods of a service that listens behind a broker, through the stub that protoc has
/// generated for it:
///
///     mdp::rpc_channel channel(port, "calculator");
///     math::Calculator_Stub calculator(&channel);
///     mdp::rpc_controller controller;
///     calculator.Divide(&controller, &request, &response, nullptr);  // returns when it is over
///
/// With a `done` the call returns at once, and `done` runs when it is over: on a thread of the
/// port, so it must not block, or within the call itself when nothing could be sent. Request,
/// response and controller must live until then. What `done` throws is swallowed, as nobody there
/// could catch it. Without one the calling thread waits; it must not be the port's own.
///
/// The controller may be of another kind, or null: then the timeout is `defaults::rpc_timeout`, and
/// a failure is told by `SetFailed`, or not at all but for a cleared response.
///
/// A request is sent as docs/rpc.md says. Whether it is tried again is the port's business: a call
/// is at least once unless the port or the broker say otherwise. Thread-safe.
class rpc_channel final : public google::protobuf::RpcChannel {
public:
  /// `service` is the name in the broker, which need not be the one in the .proto file. `limit` is
  /// for the bytes of a request or a response.
  rpc_channel(std::shared_ptr<request_port> port, std::string service,
              std::size_t limit = defaults::max_protobuf_bytes);

  void CallMethod(const google::protobuf::MethodDescriptor* method,
                  google::protobuf::RpcController* controller,
                  const google::protobuf::Message* request, google::protobuf::Message* response,
                  google::protobuf::Closure* done) override;

private:
  std::shared_ptr<request_port> port_;
  std::string service_;
  std::size_t limit_;
};

} // namespace mdp
