#include "integration/local_broker.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/actors/service/sealed_handler.hpp"
#include "mdp/client/client.hpp"
#include "mdp/security/sealed_body.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

// Bodies that go from end to end sealed: the broker, here with a router that looks at all of them, sees
// nothing of them.

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::security;
using namespace mdp::test;

namespace {

/// A router that keeps what passes.
class spy : public router {
public:
  struct notes {
    std::mutex mutex;
    std::string all;
  };

  explicit spy(std::shared_ptr<notes> kept) : kept_(std::move(kept)) {}
  request_verdict on_request(const routed_request& request) override {
    note(request.body);
    return forward_on{};
  }
  reply_verdict on_reply(const routed_reply& reply) override {
    note(reply.body);
    return forward_on{};
  }

private:
  void note(const message& body) {
    const std::lock_guard guard(kept_->mutex);
    for (const auto& each : body)
      kept_->all.append(each.text());
  }
  std::shared_ptr<notes> kept_;
};

broker_runtime& with_spy(broker_runtime& broker, const std::shared_ptr<spy::notes>& notes) {
  REQUIRE(broker.install_router({"spy", routing<spy>(notes)}));
  return broker;
}

} // namespace

TEST_CASE("a sealed request and its parts pass a broker that can read none of them") {
  const auto notes = std::make_shared<spy::notes>();
  broker_config how;
  how.endpoints = {"tcp://127.0.0.1:*"};
  broker_runtime broker(how);
  const auto endpoint = with_spy(broker, notes).start().value().front();

  const auto own = std::make_shared<const certificate>(certificate::generate());
  worker_config works;
  works.brokers = {endpoint};
  works.service = "vault";
  works.work = sealed(
    [](const message& request, const send_part_function& send) {
      if (request[0].text() == "fail")
        throw std::runtime_error("swordfish");
      send({frame("part of " + std::string(request[0].text()))});
      return message{frame("end of " + std::string(request[0].text()))};
    },
    own);
  worker_runtime worker(works);
  worker.start();

  client_config asks;
  asks.brokers = {endpoint};
  client client(asks);
  auto asked = seal_request({frame("sesame")}, own->key()).value();
  auto reply = client.stream("vault", asked.body);
  std::vector<std::string> heard;
  while (const auto part = reply.next()) {
    const auto opened = asked.reply.open(part->body).value();
    CHECK(opened.is_last == part->is_last);
    heard.emplace_back(opened.body[0].text());
    if (part->is_last)
      break;
  }
  CHECK(heard == std::vector<std::string>{"part of sesame", "end of sesame"});

  auto fails = seal_request({frame("fail")}, own->key()).value();
  const auto failure = fails.reply.open(client.request("vault", fails.body).value()).value();
  CHECK(failure.body[0].text().starts_with("mdp-status 500")); // sealed as all that the worker says
  const auto plain = client.request("vault", {frame("hello")});
  REQUIRE(plain);
  CHECK((*plain)[0].text() ==
        "mdp-status 400 the request is not sealed for this service: not_sealed");
  const std::lock_guard guard(notes->mutex);
  CHECK(notes->all.find("mdp-sealed1") != std::string::npos);
  for (const auto* word : {"sesame", "swordfish"})
    CHECK(notes->all.find(word) == std::string::npos);
}
