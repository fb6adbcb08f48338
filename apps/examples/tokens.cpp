// A service that gives tokens for passwords, and one that works for whoever shows a good token. Both live in a broker's
// process here; as workers they would be the same. The client asks for a token once and shows it with each request.
// Prints what alice gets with her token, with none, and with one that is revoked.
//
//     tokens

#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "mdp/security/password_file.hpp"
#include "mdp/security/token.hpp"

#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace std::chrono_literals;
using namespace mdp::security;

namespace {

constexpr const char* house = "example"; // whom the tokens are for

token_time now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

secret secret_of(std::string_view text) {
  secret copy(text.size());
  std::memcpy(copy.bytes().data(), text.data(), text.size());
  return copy;
}

/// A request is a user and a password; the reply is a token for a quarter of an hour.
mdp::request_handler login(std::shared_ptr<const signing_key> key, password_file users) {
  return [key = std::move(key), users = std::move(users)](const mdp::message& request) {
    if (request.size() != 2)
      throw std::runtime_error("a user and a password, a frame each");
    const std::string user(request[0].text());
    if (!users.accepts(user,
                       secret_of(request[1].text()))) // slow on purpose, on this service's thread
      throw std::runtime_error("no such user, or not the password");
    const auto token = sign_token(*key, {user, {"greet"}, house, now(), now() + 15min, {}});
    return mdp::message{mdp::frame(token.value())};
  };
}

/// Verifies tokens for a service, which can be told of ones that do not count any more.
struct gate {
  explicit gate(const verify_key& key) { verifier.trust(key); }

  /// Who shows this; throws, which becomes an error reply, if it counts for nothing.
  token_claims admit(const mdp::frame& token) {
    const std::lock_guard guard(mutex);
    auto claims = verifier.verify(token.text(), now());
    if (!claims)
      throw std::runtime_error("token " + std::string(to_string(claims.error())));
    return *std::move(claims);
  }

  std::mutex mutex;
  token_verifier verifier{house, 30s};
};

/// What is thrown is an answer, and no reason to start anew.
mdp::actors::service_spec service_of(mdp::request_handler work) {
  mdp::actors::service_spec spec{std::move(work)};
  spec.on_exception = mdp::actors::exception_policy::answer;
  return spec;
}

std::string ask(mdp::client& client, const std::string& service, mdp::message body) {
  const auto reply = client.request(service, std::move(body));
  return reply ? std::string((*reply)[0].text()) : std::string(to_string(reply.error()));
}

} // namespace

int main() {
  const auto key = std::make_shared<const signing_key>(signing_key::generate()); // or load(FILE)
  password_file users; // or load(FILE), as `mdp passwd` writes it
  users.set("alice", secret_of("open sesame"));
  const auto door = std::make_shared<gate>(key->shown()); // the public half is enough for it

  mdp::actors::broker_config config;
  config.endpoints = {"tcp://127.0.0.1:*"};
  mdp::actors::broker_runtime broker(config);
  const auto greet = [door](const mdp::message& request) {
    return mdp::message{mdp::frame("Hello, " + door->admit(request[0]).user + '!')};
  };
  if (!broker.spawn_service("login", service_of(login(key, users))) ||
      !broker.spawn_service("greet", service_of(greet)))
    return 1;
  mdp::client_config asks;
  asks.brokers = {broker.start().value().front()};
  mdp::client client(asks);

  const auto token = ask(client, "login", {mdp::frame("alice"), mdp::frame("open sesame")});
  const auto welcome = ask(client, "greet", {mdp::frame(token)});
  const auto without = ask(client, "greet", {mdp::frame("none")});
  {
    const std::lock_guard guard(door->mutex);
    const auto claims = door->verifier.verify(token, now()).value();
    if (!door->verifier.revoked().revoke(claims.id, claims.expires))
      return 1;
  }
  const auto revoked = ask(client, "greet", {mdp::frame(token)});
  const auto wrong = ask(client, "login", {mdp::frame("alice"), mdp::frame("open barley")});
  std::cout << welcome << '\n' << without << '\n' << revoked << '\n' << wrong << '\n';
  const bool is_well = welcome == "Hello, alice!" && without == "mdp-status 500 token malformed" &&
                       revoked == "mdp-status 500 token revoked" &&
                       wrong.starts_with("mdp-status 500");
  broker.stop();
  return is_well ? 0 : 1;
}
