// An actor of a CAF program that asks a service: by a message to a service proxy, and the reply comes
// as a message. Ends with 1 if there is none.
//
//     hello_actor [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/compat/system.hpp"
#include "mdp/actors/peer/service_proxy.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <iostream>
#include <memory>

using namespace mdp::actors;

namespace {

service_customer_actor::behavior_type
greeter(service_customer_actor::pointer self, const service_proxy_actor& proxy,
        const std::shared_ptr<std::atomic<bool>>& is_answered) {
  self->send(proxy, ask_service{.service = "hello",
                                .body = {mdp::frame("actor")},
                                .customer = service_customer_actor{self},
                                .ticket = 1});
  return {
    [](const part_received& part) { std::cout << part.body[0].text() << '\n'; },
    [](const parts_voided&) { std::cout << "from the beginning:\n"; },
    [self, proxy, is_answered](const question_ended& end) {
      *is_answered = end.reply.has_value();
      if (end.reply)
        std::cout << (*end.reply)[0].text() << '\n';
      else
        std::cerr << "no reply: " << to_string(end.reply.error()) << '\n';
      self->send(proxy, stop{});
      self->quit();
    },
  };
}

} // namespace

int main(int argc, char** argv) {
  mdp::client_config config; // the broker is at tcp://127.0.0.1:5555
  examples::arguments(argc, argv).connect(config);
  init();
  system_config settings(1);
  caf::actor_system system(settings);
  const auto proxy = spawn_service_proxy(system, std::make_shared<mdp::client>(config));
  const auto is_answered = std::make_shared<std::atomic<bool>>(false);
  system.spawn(greeter, proxy, is_answered);
  system.await_all_actors_done();
  return *is_answered ? 0 : 1;
}
