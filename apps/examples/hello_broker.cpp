// Hello World, 1 of 3: a broker. Run hello_broker, hello_worker and hello_client in three terminals.
//
//     hello_broker [ENDPOINT] [--curve [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/signals.hpp"

#include <iostream>
#include <semaphore>

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });

  mdp::actors::broker_config config; // listens on tcp://127.0.0.1:5555
  examples::arguments(argc, argv).listen(config);
  mdp::actors::broker_runtime broker(config);
  if (const auto started = broker.start(); !started) {
    std::cerr << started.error() << '\n';
    return 1;
  }
  std::cout << "The broker runs; Ctrl-C stops it." << std::endl;
  ctrl_c.acquire();
  broker.stop();
}
