#include "mdp/protobuf/rpc_controller.hpp"

#include "mdp/protobuf/client_call.hpp"

namespace mdp {

rpc_controller::rpc_controller() = default;
rpc_controller::~rpc_controller() = default;

void rpc_controller::Reset() {
  call_.reset();
  error_.reset();
}

void rpc_controller::StartCancel() {
  if (call_)
    call_->cancel();
}

void rpc_controller::SetFailed(const std::string& /*reason*/) {}

void rpc_controller::NotifyOnCancel(google::protobuf::Closure* callback) {
  callback->Run();
}

} // namespace mdp
