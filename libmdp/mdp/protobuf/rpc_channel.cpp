#include "mdp/protobuf/rpc_channel.hpp"

#include "mdp/protobuf/client_call.hpp"
#include "mdp/protobuf/payload.hpp"

#include <google/protobuf/descriptor.h>

#include <utility>

namespace mdp {

rpc_channel::rpc_channel(std::shared_ptr<request_port> port, std::string service, std::size_t limit)
    : port_(std::move(port)), service_(std::move(service)), limit_(limit) {}

void rpc_channel::CallMethod(const google::protobuf::MethodDescriptor* method,
                             google::protobuf::RpcController* controller,
                             const google::protobuf::Message* request,
                             google::protobuf::Message* response, google::protobuf::Closure* done) {
  const auto call = std::make_shared<detail::client_call>(controller, *response, done, limit_);
  const bool is_blocking = done == nullptr;
  const auto port = port_; // `done` may be the end of this channel
  detail::client_call::begin(call);
  const auto timeout = call->timeout();
  message body;
  if (const auto pushed = push(body, *request, limit_); !pushed) {
    call->end(tl::unexpected(
      rpc_error{rpc_errc::bad_request, "the request: " + std::string(to_string(pushed.error()))}));
    return;
  }
  push(body, std::string_view(method->full_name()));
  // From here on the caller's objects may be gone if the call is not a blocking one.
  call->sent(port->send({service_, std::move(body), timeout},
                        [call](request_port::result answer) { call->end(std::move(answer)); }));
  if (is_blocking)
    call->wait();
}

} // namespace mdp
