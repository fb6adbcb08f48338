// A broker whose router sends each tenant's requests to the tenant's own service, if there is one. A
// request is "TENANT TEXT"; the router takes the tenant off, and says in the reply who has served it.
//
//     embedded_router [ENDPOINT] [--curve [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/routing/router.hpp"
#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/signals.hpp"

#include <iostream>
#include <semaphore>
#include <set>
#include <string>

using namespace mdp::actors;

namespace {

class tenant_router : public router {
public:
  request_verdict on_request(const routed_request& request) override {
    const auto text =
      std::string(request.body[0].text()); // a request has a frame, perhaps an empty one
    const auto space = text.find(' ');
    if (space == std::string::npos)
      return discard{"no tenant"}; // counted by this name in mmi.stats
    const mdp::message rest{mdp::frame(text.substr(space + 1))};
    const auto own = request.service + '.' + text.substr(0, space);
    if (services_.contains(own))
      return {forward_to{own}, rest};
    return {forward_on{}, rest};
  }

  reply_verdict on_reply(const routed_reply& reply) override {
    auto body = reply.body;
    body.append(mdp::frame("served by " + reply.answered_by));
    return {forward_on{}, body};
  }

  // One that was started again is told anew who is there.
  void on_service_appeared(const std::string& service) override { services_.insert(service); }
  void on_service_emptied(const std::string& service) override { services_.erase(service); }

private:
  std::set<std::string> services_; // needs no lock: a router is asked one thing at a time
};

mdp::message greet(const mdp::message& request) {
  return {mdp::frame("Hello, " + std::string(request[0].text()) + '!')};
}

} // namespace

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });

  broker_config config; // listens on tcp://127.0.0.1:5555
  examples::arguments(argc, argv).listen(config);
  config.clients.status_replies = true; // who is discarded hears of it
  broker_runtime broker(config);
  router_spec tenants{"tenants", routing<tenant_router>()};
  tenants.services = {"greet"}; // others are none of its business
  for (const auto& done : {broker.install_router(tenants), broker.spawn_service("greet", {greet}),
                           broker.spawn_service("greet.acme", {greet})})
    if (!done) {
      std::cerr << done.error() << '\n';
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
