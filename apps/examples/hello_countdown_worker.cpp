// A reply in parts, 1 of 2: a worker that offers the service "countdown" and sends each step as it
// takes it.
//
//     hello_countdown_worker [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/runtime/signals.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"

#include <iostream>
#include <semaphore>
#include <stdexcept>
#include <string>

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });

  mdp::actors::worker_config config; // the broker is at tcp://127.0.0.1:5555
  examples::arguments(argc, argv).connect(config);
  config.service = "countdown";
  config.work = [](const mdp::message& request, const mdp::actors::send_part_function& send_part) {
    const int from = std::stoi(std::string(request[0].text())); // what is thrown becomes the reply
    if (from > 1'000'000)
      throw std::runtime_error("that takes too long");
    for (int i = from; i > 0; --i)
      send_part({mdp::frame(std::to_string(i))});
    return mdp::message{mdp::frame("Lift-off!")};
  };
  mdp::actors::worker_runtime worker(config);
  worker.start();
  std::cout << "The worker runs; Ctrl-C stops it." << std::endl;
  ctrl_c.acquire();
  worker.stop();
}
