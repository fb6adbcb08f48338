// Typed calls, 1 of 2: serves the Calculator of calculator.proto as "calculator".
//
//     calculator_server [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "calculator.pb.h"
#include "examples/arguments.hpp"
#include "mdp/actors/runtime/signals.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/protobuf/rpc_service.hpp"

#include <iostream>
#include <memory>
#include <semaphore>

namespace {

using google::protobuf::Closure;
using google::protobuf::RpcController;

class calculator final : public examples::Calculator {
public:
  void Add(RpcController* /*controller*/, const examples::Operands* request,
           examples::Result* response, Closure* done) override {
    response->set_value(request->left() + request->right());
    done->Run();
  }

  void Divide(RpcController* controller, const examples::Operands* request,
              examples::Result* response, Closure* done) override {
    if (request->right() == 0)
      controller->SetFailed("division by zero");
    else
      response->set_value(request->left() / request->right());
    done->Run();
  }
};

} // namespace

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });

  mdp::actors::worker_config config; // the broker is at tcp://127.0.0.1:5555
  examples::arguments(argc, argv).connect(config);
  config.service = "calculator";
  config.work = mdp::serve(std::make_shared<calculator>());
  mdp::actors::worker_runtime worker(config);
  worker.start();
  std::cout << "The calculator runs; Ctrl-C stops it." << std::endl;
  ctrl_c.acquire();
  worker.stop();
}
