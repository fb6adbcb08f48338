// A broker inside a program that has CAF actors of its own, with two services beside it that need no
// socket: "greet", a function, and "count", an object that remembers. Workers elsewhere may offer more.
//
//     embedded_broker [ENDPOINT] [--curve [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/compat/system.hpp"
#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/signals.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <iostream>
#include <semaphore>
#include <string>

namespace {

mdp::message greet(const mdp::message& request) {
  return {mdp::frame("Hello, " + std::string(request[0].text()) + '!')};
}

class counter {
public:
  mdp::message operator()(const mdp::message& /*request*/) {
    return {mdp::frame(std::to_string(++count_))};
  }

private:
  int count_ = 0; // needs no lock: an instance works on one request at a time
};

} // namespace

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });

  mdp::actors::init(); // before the actor system
  caf::actor_system_config caf_config;
  caf::actor_system system(caf_config); // the program's own; its other actors live here, too

  mdp::actors::broker_config config; // listens on tcp://127.0.0.1:5555
  examples::arguments(argc, argv).listen(config);
  mdp::actors::broker_runtime broker(config, system);
  mdp::actors::service_spec greeting{greet};
  greeting.instances = 4; // greetings at a time, each on a thread where it may block
  for (const auto& spawned : {broker.spawn_service("greet", greeting),
                              broker.spawn_service("count", {mdp::actors::stateful<counter>()})})
    if (!spawned) {
      std::cerr << spawned.error() << '\n';
      return 1;
    }
  if (const auto started = broker.start(); !started) {
    std::cerr << started.error() << '\n';
    return 1;
  }
  std::cout << "The broker runs; Ctrl-C stops it." << std::endl;
  ctrl_c.acquire();
  broker.stop();
}
