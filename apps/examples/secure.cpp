// A broker, a worker and a client that speak CURVE, in one process. The broker lets nobody else in, and says who may
// call and serve what. Prints "Hello, World!" and that a stranger got no answer.
//
//     secure

#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "mdp/security/certificate.hpp"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using mdp::security::certificate;

namespace {

/// A folder of its own, that goes with this object.
struct folder {
  folder() : path(std::filesystem::temp_directory_path().string() + "/mdp-secure-XXXXXX") {
    if (mkdtemp(path.data()) == nullptr)
      throw std::runtime_error("cannot make a folder for the keys");
  }
  ~folder() { std::filesystem::remove_all(path); }
  std::string path;
};

std::shared_ptr<certificate> make(const std::string& name) {
  return std::make_shared<certificate>(certificate::generate({{"name", name}}));
}

std::string ask(mdp::client_config config, std::chrono::seconds patience) {
  mdp::client client(std::move(config));
  mdp::request_options how;
  how.timeout = patience;
  how.attempts = 1;
  const auto reply = client.request("hello", {mdp::frame("World")}, how);
  return reply ? std::string((*reply)[0].text()) : "no answer";
}

} // namespace

int main() {
  const folder keys; // what `mdp keygen` would have put there
  const auto own = make("broker");
  const auto alice = make("alice");
  const auto greeter = make("greeter");
  for (const auto& user : {alice, greeter})
    if (const auto saved = user->save(keys.path + '/' + user->shown().name()); !saved) {
      std::cerr << saved.error() << '\n';
      return 1;
    }

  mdp::actors::broker_config config;
  config.endpoints = {"tcp://127.0.0.1:*"};
  config.sockets.curve.own = own;
  config.keys = mdp::security::key_store::open(keys.path).value();
  config.access = {{.user = "alice", .call = {"hello"}}, {.user = "greeter", .serve = {"hello"}}};
  mdp::actors::broker_runtime broker(config);
  const auto endpoint = broker.start().value().front();

  mdp::actors::worker_config works;
  works.brokers = {endpoint};
  works.sockets.curve = {greeter, own->key()};
  works.service = "hello";
  works.work = [](const mdp::message& request) {
    return mdp::message{mdp::frame("Hello, " + std::string(request[0].text()) + '!')};
  };
  mdp::actors::worker_runtime worker(works);
  worker.start();

  mdp::client_config asks;
  asks.brokers = {endpoint};
  asks.sockets.curve = {alice, own->key()};
  const auto hers = ask(asks, 10s); // the worker has hardly begun to connect
  asks.sockets.curve.own = make("stranger");
  const auto strangers = ask(asks, 2s);
  std::cout << "alice: " << hers << "\na stranger: " << strangers << '\n';
  worker.stop();
  broker.stop();
  return hers == "Hello, World!" && strangers == "no answer" ? 0 : 1;
}
