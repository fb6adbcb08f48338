// Our broker with an echo service inside its process, to see what a service saves that needs no socket.
//
//   echo_inside ENDPOINT [INSTANCES [CAPACITY]]

#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/signals.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <semaphore>
#include <utility>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: echo_inside ENDPOINT [INSTANCES [CAPACITY]]\n");
    return 2;
  }
  const auto number = [&](int index) {
    return argc > index ? static_cast<std::uint32_t>(std::strtoul(argv[index], nullptr, 10)) : 1U;
  };
  std::counting_semaphore<> ended{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ended.release(); });
  mdp::actors::broker_config config;
  config.endpoints = {argv[1]};
  config.clients.window = 1000; // the load asks as much as it is told to
  mdp::actors::broker_runtime broker(config);
  mdp::actors::service_spec echo{[](mdp::message request) { return request; }};
  echo.instances = number(2);
  echo.capacity = number(3);
  if (const auto spawned = broker.spawn_service("echo", std::move(echo)); !spawned) {
    std::fprintf(stderr, "%s\n", spawned.error().c_str());
    return 1;
  }
  const auto started = broker.start();
  if (!started) {
    std::fprintf(stderr, "%s\n", started.error().c_str());
    return 1;
  }
  std::printf("%s\n", started->front().c_str());
  std::fflush(stdout);
  ended.acquire();
  broker.stop();
}
