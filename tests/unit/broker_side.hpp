#pragma once

#include "mdp/engine/action_list.hpp"
#include "mdp/engine/client_link.hpp"
#include "mdp/engine/service_queue.hpp"
#include "mdp/engine/worker_link.hpp"
#include "mdp/overload.hpp"
#include "support/engine_testing.hpp"

#include <string>
#include <variant>

/// How tests of the broker's engines speak about what these want done: one line of text, in order,
/// which reads like the decision it stands for.
///
///     service_queue   "c1.2 to w7 (try 1)", "part c1.2: x", "final c1.2: x|y", "refuse c1.2: expired"
///     worker_link     "send request [c1] x", "send heartbeat", "send heartbeat load?", "send disconnect",
///                     "offer echo x4", "offer echo x4 load 250", "load 250",
///                     "part c1.2 (try 1): x", "final c1.2 (try 1): x", "ended: left",
///                     "ended: unreachable, not delivered: c1.2"
///     client_link     "submit c1.2 to echo", "cancel c1.2 at echo", "send partial 0.2 echo: x",
///                     "send final 0.1 <id> echo: x|y", "refused: expired", "ended: idle"
///
/// c1.2 is the second request of client 1, w7 is sink 7, and a bar parts the frames of a body.
namespace mdp::testing::broker_side {

inline std::string words(const message& body) {
  std::string text;
  for (const auto& part : body)
    text.append(text.empty() ? "" : "|").append(part.text());
  return text;
}

inline std::string words(job_id id) {
  return "c" + std::to_string(id.client.value) + "." + std::to_string(id.sequence);
}

inline std::string attempt_words(attempt_number attempt) {
  return " (try " + std::to_string(attempt) + ")";
}

inline std::string words(const engine::queue_action& action) {
  return std::visit(
    overload{
      [](const engine::assign_to_sink& assign) {
        return words(assign.id) + " to w" + std::to_string(assign.sink.value) +
               attempt_words(assign.attempt);
      },
      [](const engine::answer_client& answer) {
        return (answer.is_final ? "final " : "part ") + words(answer.id) + ": " +
               words(answer.body);
      },
      [](const engine::refuse_client& refused) {
        return "refuse " + words(refused.id) + ": " + std::string(to_string(refused.reason));
      },
      [](const engine::bury_job& dead) {
        return "bury " + words(dead.what.id) + attempt_words(dead.attempts);
      },
      [](const engine::return_job& back) {
        return "return " + words(back.what.id) +
               (back.what.attempts > 0 ? " (tried " + std::to_string(back.what.attempts) + ")"
                                       : "");
      },
      [](const engine::return_pinned& back) {
        return "return pinned " + words(back.what.id) +
               (back.what.attempts > 0 ? " (tried " + std::to_string(back.what.attempts) + ")"
                                       : "");
      },
    },
    action);
}

inline std::string words(const wire::to_worker& command) {
  return std::visit(overload{
                      [](const wire::worker_request& request) {
                        return "request [" + std::string(request.address.text()) + "] " +
                               words(request.body);
                      },
                      [](const wire::heartbeat& beat) {
                        return std::string(beat.asks_load ? "heartbeat load?" : "heartbeat");
                      },
                      [](wire::disconnect) { return std::string("disconnect"); },
                    },
                    command);
}

inline std::string words(const engine::worker_link_action& action) {
  return std::visit(
    overload{
      [](const engine::send_to_worker& out) { return "send " + words(out.command); },
      [](const engine::offer_service& offer) {
        return "offer " + offer.service + " x" + std::to_string(offer.capacity) +
               (offer.load ? " load " + std::to_string(*offer.load) : "");
      },
      [](const engine::worker_load& news) { return "load " + std::to_string(news.load); },
      [](const engine::registration_refused& news) { return "refused: " + news.service; },
      [](const engine::worker_answer& answer) {
        return (answer.is_final ? "final " : "part ") + words(answer.id) +
               attempt_words(answer.attempt) + ": " + words(answer.body);
      },
      [](const engine::worker_ended& end) {
        auto text = "ended: " + std::string(to_string(end.reason));
        for (const auto& id : end.undelivered)
          text.append(", not delivered: ").append(words(id));
        return text;
      },
    },
    action);
}

inline std::string words(const engine::send_to_client& out) {
  const auto rest = [&](std::string what, const auto& reply) {
    what.append(" ").append(to_string(out.version)).append(" ");
    for (const auto& address : reply.path.address)
      what.append("<").append(address.text()).append("> ");
    return what.append(reply.service).append(": ").append(words(reply.body));
  };
  return std::visit(overload{
                      [&](const wire::client_partial& part) { return rest("partial", part); },
                      [&](const wire::client_final& last) { return rest("final", last); },
                    },
                    out.command);
}

inline std::string words(const engine::client_link_action& action) {
  constexpr std::string_view ends[] = {"idle", "unreachable", "dismissed"};
  return std::visit(overload{
                      [](const engine::send_to_client& out) { return "send " + words(out); },
                      [](const engine::submit_to_service& request) {
                        return "submit " + words(request.what.id) + " to " + request.service;
                      },
                      [](const engine::cancel_at_service& request) {
                        return "cancel " + words(request.id) + " at " + request.service;
                      },
                      [](const engine::request_refused& news) {
                        return "refused: " + std::string(to_string(news.reason));
                      },
                      [](const engine::ask_to_leave& request) {
                        return "may leave after " + std::to_string(request.heard) + "?";
                      },
                      [&](const engine::client_ended& end) {
                        return "ended: " + std::string(ends[static_cast<std::size_t>(end.reason)]);
                      },
                    },
                    action);
}

/// Takes what is to be done, as one line; empty when there is nothing.
template <class Action>
std::string told(engine::action_list<Action>& actions) {
  std::string line;
  actions.drain(
    [&](Action&& action) { line.append(line.empty() ? "" : ", ").append(words(action)); });
  return line;
}

/// Request `sequence` of client `client`, as the queue gets it.
inline engine::job job_of(std::uint64_t client, std::uint64_t sequence,
                          time_point deadline = never) {
  return {{peer_id{client}, sequence},
          frame("client " + std::to_string(client)),
          body({"ask " + std::to_string(client) + "." + std::to_string(sequence)}),
          deadline};
}

inline job_id id_of(std::uint64_t client, std::uint64_t sequence) {
  return {peer_id{client}, sequence};
}

} // namespace mdp::testing::broker_side
