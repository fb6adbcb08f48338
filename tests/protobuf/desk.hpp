#pragma once

#include "mdp/message.hpp"
#include "mdp/protobuf/payload.hpp"
#include "mdp/service/responder.hpp"
#include "protobuf/strict.pb.h"
#include "protobuf/testing.pb.h"

#include <doctest/doctest.h>
#include <google/protobuf/service.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// Services whose methods do everything that methods should not do, and how tests ask for it.
namespace mdp::test {

using google::protobuf::Closure;
using google::protobuf::RpcController;
using testing::Note;
using testing::Strict;

inline Note note(std::string text) {
  Note result;
  result.set_text(std::move(text));
  return result;
}

/// Runs `done` at the end of a scope, as services like to do.
struct runs_at_end {
  Closure* done;
  ~runs_at_end() { done->Run(); }
};

/// Counts how often it runs; goes with the test.
class counting_closure final : public Closure {
public:
  void Run() override { ++runs; }
  std::atomic<int> runs{0};
};

class desk final : public testing::Desk {
public:
  /// The call that Keep() keeps.
  struct kept_call {
    RpcController* controller;
    const Note* request;
    Note* response;
    Closure* done;
  };

  void Echo(RpcController* /*controller*/, const Note* request, Note* response,
            Closure* done) override {
    *response = *request;
    done->Run();
  }

  void Refuse(RpcController* controller, const Note* request, Note* /*response*/,
              Closure* done) override {
    controller->SetFailed(request->text());
    done->Run();
  }

  void Throw(RpcController* /*controller*/, const Note* request, Note* /*response*/,
             Closure* /*done*/) override {
    if (request->text().empty())
      throw 7; // NOLINT(hicpp-exception-baseclass): somebody will
    throw std::runtime_error(request->text());
  }

  void ThrowGuarded(RpcController* /*controller*/, const Note* request, Note* response,
                    Closure* done) override {
    const runs_at_end guard{done};
    response->set_text("half of it");
    throw std::runtime_error(request->text());
  }

  void ThrowBehind(RpcController* /*controller*/, const Note* request, Note* response,
                   Closure* done) override {
    *response = *request;
    done->Run();
    throw std::runtime_error("too late");
  }

  void Drop(RpcController* /*controller*/, const Note* /*request*/, Note* /*response*/,
            Closure* done) override {
    delete done;
  }

  void Keep(RpcController* controller, const Note* request, Note* response,
            Closure* done) override {
    kept = {controller, request, response, done};
  }

  void Inflate(RpcController* /*controller*/, const Note* request, Note* response,
               Closure* done) override {
    response->set_text(std::string(std::stoul(request->text()), 'x'));
    done->Run();
  }

  void Watch(RpcController* /*controller*/, const Note* /*request*/, Note* /*response*/,
             Closure* /*done*/) override {
    FAIL("a method of streams is never called");
  }

  std::optional<kept_call> kept;
};

class forgetful final : public testing::Strictness {
public:
  void Forget(RpcController* /*controller*/, const Strict* /*request*/, Strict* /*response*/,
              Closure* done) override {
    done->Run(); // without the number that must be there
  }
};

/// Hands the reply to a function, on whatever thread it comes.
class handing_channel final : public answer_channel {
public:
  using reply_function = std::function<void(message)>;
  using open_function = std::function<bool()>;

  explicit handing_channel(reply_function reply, open_function is_open = {})
      : reply_(std::move(reply)), is_open_(std::move(is_open)) {}

  [[nodiscard]] bool is_open() const noexcept override { return !is_open_ || is_open_(); }
  void send(message body, bool /*is_final*/) override { reply_(std::move(body)); }

private:
  reply_function reply_;
  open_function is_open_;
};

inline responder answering(handing_channel::reply_function reply,
                           handing_channel::open_function is_open = {}) {
  return responder(std::make_unique<handing_channel>(std::move(reply), std::move(is_open)));
}

/// What goes over the wire for a call of `method`.
inline message request_for(std::string_view method, const google::protobuf::MessageLite& argument) {
  message request;
  REQUIRE(push(request, argument).has_value());
  push(request, method);
  return request;
}

} // namespace mdp::test
