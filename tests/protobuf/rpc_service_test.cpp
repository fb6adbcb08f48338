#include "mdp/protobuf/rpc_service.hpp"
#include "mdp/service/status_reply.hpp"
#include "protobuf/desk.hpp"
#include "support/eventually.hpp"

#include <atomic>
#include <chrono>
#include <future>

using namespace mdp;
using namespace mdp::test;
using namespace std::literals;

namespace {

/// What `handler` replies to a call of the desk, once it does.
std::future<message> ask(const request_handler& handler, std::string_view method,
                         const std::string& text) {
  const auto promise = std::make_shared<std::promise<message>>();
  handler(request_for("mdp.testing.Desk." + std::string(method), note(text)),
          answering([promise](message reply) { promise->set_value(std::move(reply)); }));
  return promise->get_future();
}

unsigned code_of(const message& reply) {
  const auto status = read_status(reply);
  return status ? status->code : 200;
}

} // namespace

TEST_CASE("a method that answers later leaves the worker's thread free, and answers") {
  const auto service = std::make_shared<desk>();
  const auto handler = serve(service);
  auto first = ask(handler, "Keep", "");
  const auto kept = *service->kept;
  CHECK(peek<Note>(ask(handler, "Echo", "hi").get())->text() == "hi");
  kept.response->set_text("later");
  kept.done->Run();
  CHECK(peek<Note>(first.get())->text() == "later");
}

TEST_CASE("a method that never answers is answered for, without anybody's help") {
  const auto service = std::make_shared<desk>();
  const auto handler = serve(service, {.max_duration = 1ms});
  auto reply = ask(handler, "Keep", "");
  REQUIRE(reply.wait_for(patience) == std::future_status::ready);
  CHECK(code_of(reply.get()) == 504);
  CHECK(service->kept->controller->IsCanceled());
  service->kept->done->Run();
}

TEST_CASE("the end of the last handler answers what is open and lets go of the service") {
  auto service = std::make_shared<desk>();
  auto handler = serve(service);
  auto copy = handler;
  auto reply = ask(handler, "Keep", "");
  const auto kept = *service->kept;
  handler = {};
  CHECK(reply.wait_for(0s) == std::future_status::timeout);
  copy = {};
  CHECK(code_of(reply.get()) == 503);
  const std::weak_ptr<desk> alive = service;
  service.reset();
  kept.done->Run();
  CHECK(alive.expired());
}

TEST_CASE("a handler that is let go of by the answer to a call that took too long may do so") {
  const auto service = std::make_shared<desk>();
  auto handler =
    std::make_shared<std::optional<request_handler>>(serve(service, {.max_duration = 1ms}));
  std::atomic<bool> is_gone = false;
  (**handler)(request_for("mdp.testing.Desk.Keep", note("")), answering([&](message) {
                handler->reset();
                is_gone = true;
              }));
  CHECK(eventually([&] { return is_gone.load(); }));
  service->kept->done->Run();
}
