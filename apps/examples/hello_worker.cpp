// Hello World, 2 of 3: a worker that offers the service "hello".
//
//     hello_worker [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/runtime/signals.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"

#include <iostream>
#include <semaphore>
#include <string>

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });

  mdp::actors::worker_config config; // the broker is at tcp://127.0.0.1:5555
  examples::arguments(argc, argv).connect(config);
  config.service = "hello";
  config.work = [](const mdp::message& request) {
    return mdp::message{mdp::frame("Hello, " + std::string(request[0].text()) + '!')};
  };
  config.concurrency = 4; // so many requests are worked on at a time
  mdp::actors::worker_runtime worker(config);
  worker.start();
  std::cout << "The worker runs; Ctrl-C stops it." << std::endl;
  ctrl_c.acquire();
  worker.stop();
}
