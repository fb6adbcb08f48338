// A router between clients and workers: it offers the service "greet" and passes each request on to
// the service that is right for it, here by its size, so that long ones hold up nobody else.
//
//     hello_router [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/runtime/signals.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"

#include <iostream>
#include <semaphore>
#include <stdexcept>
#include <string>

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });

  mdp::client_config asking; // the broker is at tcp://127.0.0.1:5555
  mdp::actors::worker_config config;
  const examples::arguments given(argc, argv);
  given.connect(asking);
  given.connect(config);
  mdp::client client(asking);
  config.service = "greet";
  config.concurrency = 8; // requests on their way at a time
  config.work = [&](const mdp::message& request) {
    const std::string service = request.byte_count() < 1024 ? "hello" : "hello.large";
    auto reply = client.request(service, request);
    if (!reply)
      throw std::runtime_error("no reply from " + service);
    return *std::move(reply);
  };
  mdp::actors::worker_runtime router(config);
  router.start();
  std::cout << "The router runs; Ctrl-C stops it." << std::endl;
  ctrl_c.acquire();
  client.stop();
  router.stop();
}
