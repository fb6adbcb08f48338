// A broker that asks for a token: two routers, one behind the other. The first lets a request pass only
// behind a signed token that counts, and puts the token's claims in its place; the second sends it to
// the service of the user's tenant. "login" gives tokens out and is asked without one.
//
// Prints what two users get, and what one gets without a token.
//
//     token_router

#include "mdp/actors/routing/token_router.hpp"

#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/client/client.hpp"

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

using namespace mdp::actors;
using namespace mdp::security;
using namespace std::chrono_literals;

namespace {

/// Users are called NAME@TENANT. A real one would check a password; see tokens.cpp.
mdp::message login(const signing_key& key, const mdp::message& request) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::string user(request[0].text());
  return {mdp::frame(sign_token(key, {user, {"greet"}, "example", now, now + 15min, {}}).value())};
}

request_verdict by_tenant(const routed_request& request) {
  const std::string claims(request.body[0].text()); // "user=NAME@TENANT\n..."
  const auto at = claims.find('@');
  return forward_to{request.service + '.' + claims.substr(at + 1, claims.find('\n') - at - 1)};
}

service_spec greeter(const std::string& words) {
  return {[words](const mdp::message& request) { // the claims, and what the client has said
    return mdp::message{mdp::frame(words + std::string(request[1].text()))};
  }};
}

std::string ask(mdp::client& client, const std::string& service, mdp::message body) {
  const auto reply = client.request(service, std::move(body));
  return reply ? std::string((*reply)[0].text()) : std::string(to_string(reply.error()));
}

} // namespace

int main() {
  const auto key = std::make_shared<const signing_key>(signing_key::generate());
  const auto gate = std::make_shared<token_gate>(token_verifier("example", 30s));
  gate->trust(key->shown()); // more keys, and revoked tokens, at any time
  broker_config config;
  config.endpoints = {"tcp://127.0.0.1:*"};
  broker_runtime broker(config);
  router_spec tokens{"tokens", routing<token_router>(std::shared_ptr<const token_gate>(gate))};
  router_spec tenants{"tenants", by_tenant};
  tokens.services = tenants.services = {"greet"}; // "login" passes both
  const service_spec gives{[key](const mdp::message& request) { return login(*key, request); }};
  for (const auto& done :
       {broker.install_router(tokens), broker.install_router(tenants),
        broker.spawn_service("login", gives), broker.spawn_service("greet.acme", greeter("Hi, ")),
        broker.spawn_service("greet.opera", greeter("Good evening, "))})
    if (!done)
      throw std::logic_error(done.error());
  mdp::client_config asks;
  asks.brokers = broker.start().value();
  mdp::client client(asks);
  for (const auto* user : {"alice@acme", "bob@opera"}) {
    const auto token = ask(client, "login", {mdp::frame(user)});
    std::cout << ask(client, "greet", {mdp::frame(token), mdp::frame(user)}) << '\n';
  }
  std::cout << ask(client, "greet", {mdp::frame("alice@acme"), mdp::frame("me")}) << '\n';
  broker.stop();
}
