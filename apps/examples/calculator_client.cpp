// Typed calls, 2 of 2: calls the Calculator of calculator.proto.
//
//     calculator_client [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "calculator.pb.h"
#include "examples/arguments.hpp"
#include "mdp/client/client.hpp"
#include "mdp/protobuf/client_port.hpp"
#include "mdp/protobuf/rpc_channel.hpp"

#include <chrono>
#include <future>
#include <iostream>
#include <memory>

namespace {

examples::Operands operands(double left, double right) {
  examples::Operands result;
  result.set_left(left);
  result.set_right(right);
  return result;
}

} // namespace

int main(int argc, char** argv) {
  mdp::client_config config; // the broker is at tcp://127.0.0.1:5555
  examples::arguments(argc, argv).connect(config);
  auto client = std::make_shared<mdp::client>(config);
  mdp::rpc_channel channel(std::make_shared<mdp::client_port>(client), "calculator");
  examples::Calculator_Stub calculator(&channel);

  // Without a closure a call returns when it is over.
  mdp::rpc_controller controller;
  controller.set_timeout(std::chrono::seconds(5));
  const auto sum = operands(1, 2);
  examples::Result result;
  calculator.Add(&controller, &sum, &result, nullptr);
  if (controller.Failed()) {
    std::cerr << "1 + 2: " << controller.ErrorText() << '\n';
    return 1;
  }
  std::cout << "1 + 2 = " << result.value() << '\n';

  // With one it returns at once, and the closure runs on the client's thread.
  mdp::rpc_controller dividing;
  const auto quotient = operands(1, 0);
  std::promise<void> over;
  calculator.Divide(&dividing, &quotient, &result,
                    google::protobuf::NewCallback(
                      +[](std::promise<void>* p) { p->set_value(); }, &over));
  over.get_future().wait();
  std::cout << "1 / 0: " << (dividing.Failed() ? dividing.ErrorText() : "no error?") << '\n';
}
