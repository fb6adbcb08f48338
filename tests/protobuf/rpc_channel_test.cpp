#include "mdp/protobuf/rpc_channel.hpp"
#include "mdp/protobuf/rpc_service.hpp"
#include "mdp/service/status_reply.hpp"
#include "protobuf/desk.hpp"
#include "support/multipart.hpp"

#include <chrono>
#include <set>
#include <thread>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::literals;

namespace {

/// A client that keeps what it is asked, and answers when the test says so.
class kept_port final : public request_port {
public:
  struct kept {
    request what;
    ended_function ended;
    bool is_cancelled = false;
  };

  cancel_function send(request what, ended_function ended) override {
    all.push_back(std::make_shared<kept>(kept{std::move(what), std::move(ended)}));
    return [kept = all.back()] {
      kept->is_cancelled = true;
      kept->ended(tl::unexpected(rpc_error{rpc_errc::cancelled, ""}));
    };
  }

  std::vector<std::shared_ptr<kept>> all;
};

/// A client that answers at once.
class instant_port final : public request_port {
public:
  using answer_function = std::function<result(message)>;

  explicit instant_port(answer_function answer) : answer_(std::move(answer)) {}

  cancel_function send(request what, ended_function ended) override {
    ended(answer_(std::move(what.body)));
    return {};
  }

private:
  answer_function answer_;
};

struct fixture {
  std::shared_ptr<kept_port> port = std::make_shared<kept_port>();
  rpc_channel channel{port, "desk"};
  testing::Desk_Stub stub{&channel};
  rpc_controller controller;
  Note request = note("hi");
  Note response = note("old");
  counting_closure done;
};

/// The error of a blocking call that is answered so.
std::optional<rpc_error> error_of(request_port::result answer, std::size_t limit = 1000) {
  rpc_channel channel(std::make_shared<instant_port>([&](message) { return answer; }), "desk",
                      limit);
  testing::Desk_Stub stub(&channel);
  rpc_controller controller;
  const auto request = note("hi");
  auto response = note("old");
  stub.Echo(&controller, &request, &response, nullptr);
  CHECK(controller.Failed() == controller.error().has_value());
  if (controller.error()) {
    CHECK(response.text().empty());
    CHECK(controller.ErrorText() == to_string(*controller.error()));
  }
  return controller.error();
}

message status(unsigned code) {
  return status_reply(code, "why");
}

} // namespace

TEST_CASE("a call is the method's full name and its argument, to the service of the channel") {
  fixture f;
  f.controller.set_timeout(3s);
  f.stub.Echo(&f.controller, &f.request, &f.response, &f.done);
  REQUIRE(f.port->all.size() == 1);
  const auto& sent = f.port->all[0]->what;
  CHECK(sent.service == "desk");
  CHECK(sent.timeout == 3s);
  CHECK(sent.body == multipart({"mdp.testing.Desk.Echo", "\x0a\x02hi"}));
  CHECK(f.done.runs == 0);
  f.port->all[0]->ended(multipart({"\x0a\x02yo"}));
  CHECK(f.done.runs == 1);
  CHECK(f.response.text() == "yo");
  CHECK_FALSE(f.controller.Failed());
  CHECK(f.controller.ErrorText().empty());
}

TEST_CASE("only the first answer counts") {
  fixture f;
  f.stub.Echo(&f.controller, &f.request, &f.response, &f.done);
  f.port->all[0]->ended(multipart({"\x0a\x02yo"}));
  f.port->all[0]->ended(multipart({"\x0a\x02no"}));
  f.controller.StartCancel();
  CHECK(f.done.runs == 1);
  CHECK(f.response.text() == "yo");
  CHECK_FALSE(f.port->all[0]->is_cancelled);
}

TEST_CASE("calls of one channel end in any order, each with its own response") {
  fixture f;
  rpc_controller other_controller;
  Note other_response;
  counting_closure other_done;
  f.stub.Echo(&f.controller, &f.request, &f.response, &f.done);
  f.stub.Echo(&other_controller, &f.request, &other_response, &other_done);
  f.port->all[1]->ended(multipart({"\x0a\x01"
                                   "2"}));
  CHECK(other_done.runs == 1);
  CHECK(f.done.runs == 0);
  f.port->all[0]->ended(tl::unexpected(rpc_error{rpc_errc::timed_out, "", 0}));
  CHECK(f.done.runs == 1);
  CHECK(f.controller.error()->reason == rpc_errc::timed_out);
  CHECK(other_response.text() == "2");
  CHECK_FALSE(other_controller.Failed());
}

TEST_CASE("a call is cancelled from another thread and ends by its done") {
  fixture f;
  f.stub.Echo(&f.controller, &f.request, &f.response, &f.done);
  std::thread([&] { f.controller.StartCancel(); }).join();
  CHECK(f.port->all[0]->is_cancelled);
  CHECK(f.done.runs == 1);
  CHECK(f.controller.error()->reason == rpc_errc::cancelled);
  f.controller.StartCancel();
  CHECK(f.done.runs == 1);
}

TEST_CASE("a blocking call waits for an answer from another thread") {
  fixture f;
  std::thread answering;
  class late_port final : public request_port {
  public:
    explicit late_port(std::thread& answering) : answering_(answering) {}
    cancel_function send(request /*what*/, ended_function ended) override {
      answering_ = std::thread([ended = std::move(ended)] { ended(multipart({"\x0a\x02yo"})); });
      return {};
    }

  private:
    std::thread& answering_;
  };
  rpc_channel channel(std::make_shared<late_port>(answering), "desk");
  testing::Desk_Stub stub(&channel);
  stub.Echo(&f.controller, &f.request, &f.response, nullptr);
  CHECK(f.response.text() == "yo");
  answering.join();
}

TEST_CASE("a controller serves one call after the other") {
  fixture f;
  f.stub.Echo(&f.controller, &f.request, &f.response, &f.done);
  f.port->all[0]->ended(tl::unexpected(rpc_error{rpc_errc::timed_out, "", 0}));
  CHECK(f.controller.Failed());
  f.controller.Reset();
  CHECK_FALSE(f.controller.Failed());
  f.controller.StartCancel(); // nothing runs: nothing happens
  f.stub.Echo(&f.controller, &f.request, &f.response, &f.done);
  f.port->all[1]->ended(multipart({""}));
  CHECK_FALSE(f.controller.Failed());
  CHECK(f.done.runs == 2);
}

TEST_CASE("an exception out of done stays with the caller of the port") {
  struct throws_up final : public Closure {
    void Run() override { throw std::runtime_error("not here"); }
  } done;
  fixture f;
  f.stub.Echo(&f.controller, &f.request, &f.response, &done);
  CHECK_NOTHROW(f.port->all[0]->ended(multipart({""})));
}

TEST_CASE("a request that cannot be sent fails within the call") {
  auto port = std::make_shared<kept_port>();
  rpc_channel channel(port, "strictness", 100);
  testing::Strictness_Stub strictness(&channel);
  rpc_controller controller;
  const Strict incomplete;
  Strict response;
  counting_closure done;
  strictness.Forget(&controller, &incomplete, &response, &done);
  CHECK(done.runs == 1);
  CHECK(controller.error() == rpc_error{rpc_errc::bad_request, "the request: bad_protobuf", 0});
  testing::Desk_Stub stub(&channel);
  const auto large = note(std::string(200, 'x'));
  Note reply;
  stub.Echo(&controller, &large, &reply, nullptr);
  CHECK(controller.error() == rpc_error{rpc_errc::bad_request, "the request: too_large", 0});
  CHECK(port->all.empty());
}

TEST_CASE("each status is an error of its own kind") {
  CHECK(error_of(status(400)) == rpc_error{rpc_errc::bad_request, "why", 400});
  CHECK(error_of(status(408)) == rpc_error{rpc_errc::timed_out, "why", 408});
  CHECK(error_of(status(410)) == rpc_error{rpc_errc::given_up, "why", 410});
  CHECK(error_of(status(422)) == rpc_error{rpc_errc::failed, "why", 422});
  CHECK(error_of(status(429)) == rpc_error{rpc_errc::unavailable, "why", 429});
  CHECK(error_of(status(500)) == rpc_error{rpc_errc::internal_error, "why", 500});
  CHECK(error_of(status(501)) == rpc_error{rpc_errc::unknown_method, "why", 501});
  CHECK(error_of(status(503)) == rpc_error{rpc_errc::unavailable, "why", 503});
  CHECK(error_of(status(504)) == rpc_error{rpc_errc::timed_out, "why", 504});
  CHECK(error_of(status(418)) == rpc_error{rpc_errc::other_status, "why", 418});
  CHECK(error_of(status(200)) == rpc_error{rpc_errc::other_status, "why", 200});
}

TEST_CASE("a reply that is no response is an error") {
  for (const auto& reply :
       {message{}, multipart({"\x0a"}), multipart({"", ""}), multipart({"\x0a\x02hi", "more"})})
    CHECK(error_of(reply)->reason == rpc_errc::bad_reply);
  CHECK(error_of(multipart({std::string(10'000, 'x')}))->text == "too_large");
}

TEST_CASE("no protocol buffer begins as a status does") {
  // Whatever the message: field 13, four bytes, and then the end of a group that has not begun.
  Note any;
  CHECK(parse(frame("mdp-status 500 no"), any).error() == message_error::bad_protobuf);
  CHECK(parse(frame("mdp-status 200"), any).error() == message_error::bad_protobuf);
}

TEST_CASE("a foreign controller, and none, are put up with") {
  struct foreign final : public RpcController {
    void Reset() override {}
    bool Failed() const override { return !reason.empty(); }
    std::string ErrorText() const override { return reason; }
    void StartCancel() override {}
    void SetFailed(const std::string& why) override { reason = why; }
    bool IsCanceled() const override { return false; }
    void NotifyOnCancel(Closure* /*callback*/) override {}
    std::string reason;
  } controller;
  fixture f;
  f.stub.Echo(&controller, &f.request, &f.response, &f.done);
  CHECK(f.port->all[0]->what.timeout == defaults::rpc_timeout);
  f.port->all[0]->ended(status(422));
  CHECK(controller.reason == "failed: why");
  CHECK(f.response.text().empty());
  f.stub.Echo(nullptr, &f.request, &f.response, &f.done);
  f.port->all[1]->ended(status(422));
  CHECK(f.done.runs == 2);
}

TEST_CASE("channel and service understand each other") {
  const auto serving = serve(std::make_shared<desk>());
  auto port = std::make_shared<instant_port>([&](message request) {
    message reply;
    serving(std::move(request), answering([&](message m) { reply = std::move(m); }));
    return reply;
  });
  rpc_channel channel(port, "desk");
  testing::Desk_Stub stub(&channel);
  rpc_controller controller;
  const auto request = note("out of ink");
  Note response;
  stub.Echo(&controller, &request, &response, nullptr);
  CHECK_FALSE(controller.Failed());
  CHECK(response.text() == "out of ink");
  stub.Refuse(&controller, &request, &response, nullptr);
  CHECK(controller.error() == rpc_error{rpc_errc::failed, "out of ink", 422});
  stub.Throw(&controller, &request, &response, nullptr);
  CHECK(controller.error() == rpc_error{rpc_errc::internal_error, "out of ink", 500});
  stub.Watch(&controller, &request, &response, nullptr);
  CHECK(controller.error()->reason == rpc_errc::unknown_method);
}

TEST_CASE("every reason of a failed call has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < rpc_errc_count; ++i)
    names.insert(to_string(static_cast<rpc_errc>(i)));
  CHECK(names.size() == rpc_errc_count);
  CHECK_FALSE(names.contains("unknown_rpc_errc"));
}
