#pragma once

#include "mdp/engine/route_gate.hpp"
#include "mdp/overload.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

/// How tests of a gate speak about what it wants done: one line of text, in order.
///
///     "ask 1: c1.2 for echo", "ask 1: c1.2 for echo (worker_gone)", "ask 3: final c1.2 of echo: x",
///     "never mind 1", "forward c1.2 to echo: x", "give c1.2 to w of echo: x", "part c1.2: x",
///     "final c1.2: x", "refuse c1.2: expired", "cancel c1.2 at echo", "discarded: why"
namespace mdp::testing {

using broker_side::words;

inline std::string words(const engine::route_gate_action& action) {
  const auto ticket = [](engine::route_ticket t) { return std::to_string(t.value); };
  return std::visit(
    overload{
      [&](const engine::ask_about_request& ask) {
        const auto problem = ask.what.problem == engine::route_problem::none
                               ? std::string()
                               : " (" + std::string(to_string(ask.what.problem)) + ")";
        return "ask " + ticket(ask.what.ticket) + ": " + words(ask.what.body) + " for " +
               ask.what.service + problem;
      },
      [&](const engine::ask_about_reply& ask) {
        return "ask " + ticket(ask.what.ticket) + ": " + (ask.what.is_final ? "final" : "part") +
               " of " + ask.what.answered_by + ": " + words(ask.what.body);
      },
      [&](const engine::withdraw_question_of_route& gone) {
        return "never mind " + ticket(gone.ticket);
      },
      [](const engine::forward_request& way) {
        return "forward " + words(way.what.id) + " to " + way.service + ": " + words(way.what.body);
      },
      [](const engine::forward_to_one& way) {
        return "give " + words(way.what.id) + " to " + std::string(way.routing_id.text()) + " of " +
               way.service + ": " + words(way.what.body);
      },
      [](const engine::answer_routed& answer) {
        return (answer.is_final ? "final " : "part ") + words(answer.id) + ": " +
               words(answer.body);
      },
      [](const engine::refuse_routed& refused) {
        return "refuse " + words(refused.id) + ": " + std::string(to_string(refused.reason));
      },
      [](const engine::cancel_forwarded& cancel) {
        return "cancel " + words(cancel.id) + " at " + cancel.service;
      },
      [](const engine::note_discarded& note) { return "discarded: " + note.reason; },
    },
    action);
}

/// A gate with short words for what happens to it; each gives what is to be done then.
struct gate_fixture {
  explicit gate_fixture(const engine::route_gate_config& config = {},
                        std::shared_ptr<engine::broker_budget> budget = {})
      : gate(config, std::move(budget)) {}

  std::string told() {
    CHECK(!gate.is_stuck());
    std::string line;
    gate.actions().drain([&](engine::route_gate_action&& action) {
      line.append(line.empty() ? "" : ", ").append(words(action));
    });
    return line;
  }

  std::string router(std::uint64_t number) {
    gate.router_joined(number, now);
    return told();
  }
  std::string router_lost(std::uint64_t number) {
    gate.router_left(number, now);
    return told();
  }
  std::string submit(std::uint64_t client, std::uint64_t sequence, time_point deadline = never) {
    gate.submit("echo", broker_side::job_of(client, sequence, deadline), now);
    return told();
  }
  std::string decide(std::uint64_t ticket, engine::request_verdict verdict) {
    gate.decide({ticket}, std::move(verdict), now);
    return told();
  }
  std::string decide_reply(std::uint64_t ticket, engine::reply_verdict verdict) {
    gate.decide_reply({ticket}, std::move(verdict), now);
    return told();
  }
  std::string answer(std::uint64_t client, std::uint64_t sequence, const char* text,
                     bool is_final = true) {
    gate.answered(broker_side::id_of(client, sequence), 1, is_final, body({text}), sink_id{7}, now);
    return told();
  }
  std::string cancel(std::uint64_t client, std::uint64_t sequence) {
    gate.cancel(broker_side::id_of(client, sequence), now);
    return told();
  }
  std::string tick() {
    gate.tick(now);
    return told();
  }

  time_point now = at(0s);
  engine::route_gate gate;
};

} // namespace mdp::testing
