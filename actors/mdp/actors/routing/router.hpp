#pragma once

#include "mdp/engine/route_verdict.hpp"
#include "mdp/frame.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

/// How to write a router: a class that is asked about each request on its way to a service, and if it
/// likes about each reply on its way back.
namespace mdp::actors {

using engine::discard;
using engine::forward_on;
using engine::forward_to;
using engine::give_to_worker;
using engine::hold;
using engine::reply_verdict;
using engine::reply_with;
using engine::request_verdict;
using engine::route_problem;
using engine::route_ticket;
using engine::routed_reply;
using engine::routed_request;

/// Where verdicts go that are made later than the question was asked: after `hold`, from any thread.
/// Copies are the same desk. A verdict about what is not waited for any more is counted and ignored.
class routing_desk {
public:
  struct functions {
    std::function<void(route_ticket, request_verdict)> decide;
    std::function<void(route_ticket, reply_verdict)> decide_reply;
  };

  explicit routing_desk(functions where)
      : functions_(std::make_shared<const functions>(std::move(where))) {}

  void decide(route_ticket ticket, request_verdict verdict) const {
    functions_->decide(ticket, std::move(verdict));
  }
  void decide_reply(route_ticket ticket, reply_verdict verdict) const {
    functions_->decide_reply(ticket, std::move(verdict));
  }

private:
  std::shared_ptr<const functions> functions_;
};

/// A router. Its functions are called one at a time, on a thread of CAF's scheduler: they must not
/// block, `hold` is for what takes long. An exception ends the router, and it is made anew after a
/// pause; what it had not decided, held requests included, its successor is asked.
///
/// What it knows should be in what it is told: who is there, after a restart too, comes as events.
class router {
public:
  struct worker {
    std::string service; ///< As it offers it: perhaps a pattern.
    frame routing_id;    ///< Empty for a service inside the process.
    std::uint32_t capacity = 1;
  };

  router() = default;
  router(const router&) = delete;
  router& operator=(const router&) = delete;
  virtual ~router() = default;

  virtual request_verdict on_request(const routed_request& request) = 0;

  /// A router without one of its own is not asked about replies at all.
  virtual reply_verdict on_reply(const routed_reply& /*reply*/) { return forward_on{}; }

  /// Nobody waits for this verdict any more: the client has gone, or its time is over.
  virtual void on_withdrawn(route_ticket /*ticket*/) {}

  virtual void on_worker_joined(const worker& /*who*/) {}
  virtual void on_worker_left(const worker& /*who*/) {}
  /// `why` as the metrics say it: `silent`, `unreachable`, ...
  virtual void on_worker_lost(const worker& /*who*/, std::string_view /*why*/) {}
  virtual void on_service_appeared(const std::string& /*service*/) {}
  virtual void on_service_emptied(const std::string& /*service*/) {}
};

} // namespace mdp::actors
