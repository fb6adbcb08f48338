#pragma once

#include "mdp/actors/interfaces.hpp"
#include "mdp/engine/client_request.hpp"
#include "mdp/message.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <variant>

/// How actors of a program ask services: to its service proxy, and back.
namespace mdp::actors {

/// Ask a service. `customer` hears what becomes of it, under `ticket`, a number of its own.
struct ask_service {
  std::string service;
  message body;
  service_customer_actor customer;
  std::uint64_t ticket = 0;
  engine::request_terms how{};
  bool wants_parts = false; ///< Else the parts of a reply, should there be any, are dropped.
};

/// The answer to an `ask_service` is of no use any more.
struct withdraw_question {
  service_customer_actor customer;
  std::uint64_t ticket = 0;
};

/// A part of the reply; more follows.
struct part_received {
  std::uint64_t ticket = 0;
  message body;
};

/// The parts so far are void: the reply begins again.
struct parts_voided {
  std::uint64_t ticket = 0;
};

/// The reply, or its last part; or why there is none. The last about this ticket.
struct question_ended {
  std::uint64_t ticket = 0;
  tl::expected<message, engine::request_failure> reply;
};

/// What a client's thread has to say about the question with this number of the proxy's own.
struct client_reported {
  struct part {
    message body;
  };
  struct restarted {};
  struct ended {
    tl::expected<message, engine::request_failure> reply;
  };
  std::uint64_t number = 0;
  std::variant<part, restarted, ended> what;
};

} // namespace mdp::actors

MDP_MESSAGE(mdp::actors::ask_service)
MDP_MESSAGE(mdp::actors::withdraw_question)
MDP_MESSAGE(mdp::actors::part_received)
MDP_MESSAGE(mdp::actors::parts_voided)
MDP_MESSAGE(mdp::actors::question_ended)
MDP_MESSAGE(mdp::actors::client_reported)
