#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "mdp/protobuf/client_port.hpp"
#include "mdp/protobuf/rpc_channel.hpp"
#include "mdp/protobuf/rpc_service.hpp"
#include "mdp/service/status_reply.hpp"
#include "protobuf/desk.hpp"
#include "support/eventually.hpp"
#include "support/multipart.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::test;
using namespace std::chrono_literals;
using wire::protocol_version;

namespace {

/// Keeps every call that Keep() is given, from whatever thread, until the test answers.
class keeping_desk final : public testing::Desk {
public:
  void Echo(RpcController* /*controller*/, const Note* request, Note* response,
            Closure* done) override {
    *response = *request;
    done->Run();
  }

  void Keep(RpcController* controller, const Note* request, Note* response,
            Closure* done) override {
    const std::lock_guard guard(mutex_);
    kept_.push_back({controller, request, response, done});
  }

  void Throw(RpcController* /*controller*/, const Note* request, Note* /*response*/,
             Closure* /*done*/) override {
    throw std::runtime_error(request->text());
  }

  [[nodiscard]] std::size_t kept() const {
    const std::lock_guard guard(mutex_);
    return kept_.size();
  }

  /// Answers the call that came last with what it asked.
  void answer_last() {
    desk::kept_call call{};
    {
      const std::lock_guard guard(mutex_);
      call = kept_.back();
      kept_.pop_back();
    }
    *call.response = *call.request;
    call.done->Run();
  }

private:
  mutable std::mutex mutex_;
  std::deque<desk::kept_call> kept_;
};

/// A broker, a worker with a desk, and a client of it, on real sockets.
struct office {
  explicit office(protocol_version version = protocol_version::v0_2,
                  const rpc_limits& limits = {}) {
    broker_config config;
    config.endpoints = {"tcp://127.0.0.1:*"};
    broker.emplace(config);
    const auto endpoints = broker->start();
    REQUIRE(endpoints);
    worker_config working;
    working.brokers = {endpoints->front()};
    working.service = "desk";
    working.version = version;
    working.capacity = 256;
    working.work = serve(service, limits);
    worker.emplace(std::move(working));
    worker->start();
    client_config asking;
    asking.brokers = {endpoints->front()};
    asking.version = version;
    request_options options;
    options.timeout = patience;
    options.attempts = 1;
    asked = std::make_shared<client>(asking);
    channel.emplace(std::make_shared<client_port>(asked, options), "desk");
    stub.emplace(&*channel);
    controller.set_timeout(patience);
  }

  ~office() {
    worker.reset(); // from here on no call comes in
    while (service->kept() != 0)
      service->answer_last();
  }
  office(const office&) = delete;
  office& operator=(const office&) = delete;

  rpc_controller controller; // outlives what may still answer its call
  std::shared_ptr<keeping_desk> service = std::make_shared<keeping_desk>();
  std::optional<broker_runtime> broker;
  std::optional<worker_runtime> worker;
  std::shared_ptr<client> asked;
  std::optional<rpc_channel> channel;
  std::optional<testing::Desk_Stub> stub;
};

} // namespace

TEST_CASE("a typed call goes through broker and worker and comes back, in both versions") {
  for (const auto version : {protocol_version::v0_1, protocol_version::v0_2}) {
    office o(version);
    const auto request = note("hi");
    Note response;
    o.stub->Echo(&o.controller, &request, &response, nullptr);
    CHECK_MESSAGE(!o.controller.Failed(), o.controller.ErrorText());
    CHECK(response.text() == "hi");
    o.stub->Throw(&o.controller, &request, &response, nullptr);
    CHECK(o.controller.error() == rpc_error{rpc_errc::internal_error, "hi", 500});
  }
}

TEST_CASE("a hundred calls are open at once and are answered out of order from another thread") {
  constexpr std::size_t count = 100; // fits into what a client has on one connection
  struct open_call {
    rpc_controller controller;
    Note request;
    Note response;
    counting_closure done;
  };
  std::vector<std::unique_ptr<open_call>> calls;
  office o;
  for (std::size_t i = 0; i < count; ++i) {
    auto& call = *calls.emplace_back(std::make_unique<open_call>());
    call.controller.set_timeout(patience);
    call.request = note(std::to_string(i));
    o.stub->Keep(&call.controller, &call.request, &call.response, &call.done);
  }
  REQUIRE(eventually([&] { return o.service->kept() == count; }));
  std::thread([&] {
    for (std::size_t i = 0; i < count; ++i)
      o.service->answer_last();
  }).join();
  for (std::size_t i = 0; i < count; ++i) {
    auto& call = *calls[i];
    REQUIRE(eventually([&] { return call.done.runs == 1; }));
    CHECK_MESSAGE(!call.controller.Failed(), call.controller.ErrorText());
    CHECK(call.response.text() == std::to_string(i));
  }
}

TEST_CASE("a method that never answers is answered for, and the worker goes on") {
  office o(protocol_version::v0_2, {.max_duration = 200ms});
  const auto request = note("hi");
  Note response;
  o.stub->Keep(&o.controller, &request, &response, nullptr);
  CHECK(o.controller.error() == rpc_error{rpc_errc::timed_out, "the method took too long", 504});
  REQUIRE(eventually([&] { return o.service->kept() == 1; })); // it may hear of it after the answer
  o.service->answer_last();                                    // late
  // A thread that is not run for so long cannot be told from a method that takes so long.
  CHECK(eventually([&] {
    o.controller.Reset();
    o.controller.set_timeout(patience);
    o.stub->Echo(&o.controller, &request, &response, nullptr);
    return !o.controller.Failed();
  }));
  CHECK(response.text() == "hi");
}

TEST_CASE("a caller's patience ends, and the answer that comes later reaches nobody") {
  office o;
  rpc_controller hasty;
  hasty.set_timeout(1ms);
  const auto request = note("late");
  Note response;
  o.stub->Keep(&hasty, &request, &response, nullptr);
  REQUIRE(hasty.Failed());
  CHECK(hasty.error()->reason == rpc_errc::timed_out);
  const auto next = note("next");
  o.stub->Echo(&o.controller, &next, &response, nullptr);
  CHECK(response.text() == "next");
}

TEST_CASE("a call is cancelled while the method works, and the client goes on") {
  const auto request = note("hi");
  Note response;
  counting_closure done;
  office o;
  o.stub->Keep(&o.controller, &request, &response, &done);
  REQUIRE(eventually([&] { return o.service->kept() == 1; }));
  o.controller.StartCancel();
  REQUIRE(eventually([&] { return done.runs == 1; }));
  CHECK(o.controller.error()->reason == rpc_errc::cancelled);
  o.service->answer_last();
  o.controller.Reset();
  o.controller.set_timeout(patience);
  o.stub->Echo(&o.controller, &request, &response, nullptr);
  CHECK(response.text() == "hi");
}

TEST_CASE("calls that are open when the client ends are told so") {
  const auto request = note("hi");
  Note response;
  counting_closure done;
  office o;
  o.stub->Keep(&o.controller, &request, &response, &done);
  REQUIRE(eventually([&] { return o.service->kept() == 1; }));
  o.asked->stop();
  REQUIRE(eventually([&] { return done.runs == 1; }));
  CHECK(o.controller.error()->reason == rpc_errc::cancelled);
  o.service->answer_last();
}

TEST_CASE("nonsense from a peer is an error to that peer, and the worker goes on") {
  office o;
  request_options options;
  options.timeout = patience;
  options.attempts = 1;
  for (const auto& bad : {multipart({""}), multipart({"mdp.testing.Desk.Echo"}),
                          multipart({"mdp.testing.Desk.Echo", "\x0a"})}) {
    const auto reply = o.asked->request("desk", bad, options);
    REQUIRE(reply);
    CHECK(read_status(*reply)->code == 400);
  }
  const auto unknown = o.asked->request("desk", multipart({"Nonsense", ""}), options);
  REQUIRE(unknown);
  CHECK(read_status(*unknown)->code == 501);
  const auto request = note("hi");
  Note response;
  o.stub->Echo(&o.controller, &request, &response, nullptr);
  CHECK(response.text() == "hi");
}

TEST_CASE("a service's name that is none is refused without asking anybody") {
  office o;
  rpc_channel nowhere(std::make_shared<client_port>(o.asked), "not a name");
  testing::Desk_Stub stub(&nowhere);
  const auto request = note("hi");
  Note response;
  stub.Echo(&o.controller, &request, &response, nullptr);
  REQUIRE(o.controller.Failed());
  CHECK(o.controller.error()->reason == rpc_errc::bad_request);
}
