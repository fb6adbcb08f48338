#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/actors/io/batch_credit.hpp"
#include "mdp/ids.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"

#include <string>
#include <system_error>

/// What a worker's connections and instances hear, in its own process.
namespace mdp::actors {

struct socket_opened {
  socket_id socket;
};

struct socket_failed {
  std::error_code error;
};

/// The broker at its other end does not let us in, or is none.
struct connection_refused {
  std::string why;       // for a log line
  bool is_final = false; // nobody tries again on this socket
};

struct broker_told_worker {
  socket_id socket;
  wire::to_worker command;
  time_point received_at;
  loop_credit credit{};
};

/// All jobs that were in the instance's mailbox when it read the first of them have been read.
struct hand_over_due {};

/// A handler of an in-process service has thrown, and its instance is to end.
struct handler_threw {
  std::string what;
};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::socket_opened)
MDP_MESSAGE(mdp::actors::socket_failed)
MDP_MESSAGE(mdp::actors::connection_refused)
MDP_MESSAGE(mdp::actors::broker_told_worker)
MDP_MESSAGE(mdp::actors::hand_over_due)
MDP_MESSAGE(mdp::actors::handler_threw)
