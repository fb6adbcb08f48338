#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/io/batch_credit.hpp"
#include "mdp/actors/worker_card.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/engine/route_verdict.hpp"
#include "mdp/frame.hpp"
#include "mdp/ids.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

/// What routers, their gates and the rest of the broker say to each other.
namespace mdp::actors {

/// A request that one worker and no other may have. Comes back as `job_returned` if that is not there.
struct submit_pinned_job {
  std::string service;
  engine::job what;
  job_owner_actor session;
  frame worker; ///< Its routing id.
};

/// The one worker that a request was meant for is not there, or has gone without an answer.
struct job_returned {
  engine::job what;
};

// -- a gate and its router ------------------------------------------------------------------------------

/// A router runs and is to be asked from now on. Numbers only grow.
struct router_seated {
  router_actor router;
  std::uint64_t number = 0;
};

/// The router with this number has ended.
struct router_unseated {
  std::uint64_t number = 0;
};

/// The first message to a router: who asks, and takes the verdicts.
struct router_accepted {
  verdict_taker_actor gate;
};

/// Decide about a request. Answered by `request_decided`, at once or later.
struct route_request {
  engine::routed_request what;
};

/// Decide about a reply, or a part of one. Answered by `reply_decided`, at once or later.
struct route_reply {
  engine::routed_reply what;
  loop_credit credit{}; ///< As in `answer_arrived`.
};

/// Nobody waits for this verdict any more.
struct route_withdrawn {
  engine::route_ticket ticket;
};

struct request_decided {
  engine::route_ticket ticket;
  engine::request_verdict verdict;
};

struct reply_decided {
  engine::route_ticket ticket;
  engine::reply_verdict verdict;
};

// -- who is there -----------------------------------------------------------------------------------------

/// A queue has a worker more.
struct worker_joined {
  std::string service;
  sink_id sink;
  std::uint32_t capacity = 1;
  std::shared_ptr<const worker_card> card; ///< Null for a service inside the process.
};

/// A queue has a worker less.
struct worker_departed {
  sink_id sink;
  std::string_view why; ///< A word that lives on; empty if it left by itself.
};

/// One worker, or instance of a service inside the process, as a router knows it.
struct routed_worker {
  std::string service; ///< As it offers it: perhaps a pattern.
  frame routing_id;    ///< Empty inside the process.
  std::uint32_t capacity = 1;
};

/// Something has changed about who works on what. A router that has just started is told what is there.
struct routing_event {
  struct joined {
    routed_worker worker;
  };
  struct left {
    routed_worker worker;
  };
  struct lost {
    routed_worker worker;
    std::string_view why; ///< As in the metrics: `silent`, `unreachable`, ...
  };
  struct appeared { ///< It has its first worker.
    std::string service;
  };
  struct emptied { ///< It has lost its last one.
    std::string service;
  };
  std::variant<joined, left, lost, appeared, emptied> what;
};

/// All queues are done with what was in flight.
struct queues_drained {};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::submit_pinned_job)
MDP_MESSAGE(mdp::actors::job_returned)
MDP_MESSAGE(mdp::actors::router_seated)
MDP_MESSAGE(mdp::actors::router_unseated)
MDP_MESSAGE(mdp::actors::router_accepted)
MDP_MESSAGE(mdp::actors::route_request)
MDP_MESSAGE(mdp::actors::route_reply)
MDP_MESSAGE(mdp::actors::route_withdrawn)
MDP_MESSAGE(mdp::actors::request_decided)
MDP_MESSAGE(mdp::actors::reply_decided)
MDP_MESSAGE(mdp::actors::worker_joined)
MDP_MESSAGE(mdp::actors::worker_departed)
MDP_MESSAGE(mdp::actors::routing_event)
MDP_MESSAGE(mdp::actors::queues_drained)
