// Uses a little of each part of the package: outside ENDPOINT

#include "greeting.pb.h"
#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/protobuf/payload.hpp"
#include "mdp/version.hpp"

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2)
    return 2;

  outside::Greeting greeting;
  greeting.set_text("Hello, outside!");
  mdp::message m;
  if (!mdp::push(m, greeting))
    return 1;
  std::cout << mdp::pop<outside::Greeting>(m).value().text() << '\n';

  mdp::actors::broker_config config;
  config.endpoints = {argv[1]};
  mdp::actors::broker_runtime broker(config);
  if (const auto started = broker.start(); !started) {
    std::cerr << started.error() << '\n';
    return 1;
  }
  std::cout << "broker started\n";
  broker.stop();
}
