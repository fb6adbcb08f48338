#include "mdp/conformance/worker_checks.hpp"

#include <cstddef>

namespace mdp::conformance {

namespace {

using namespace std::string_literals;

/// Deviates unless the worker answers a request after `message`, in the same conversation or, having
/// had enough of us, in a new one.
bool goes_on_after(worker_stage& stage, const frames& message) {
  stage.await_conversation();
  const auto old_id = stage.routing_id();
  stage.send(message);
  try {
    static_cast<void>(stage.ask({"x"}));
  } catch (const deviation&) {
    try {
      static_cast<void>(stage.ask({"x"}));
    } catch (const deviation& seen) {
      throw deviation("after " + readable(message) + ": " + seen.what());
    }
  }
  return stage.routing_id() == old_id;
}

std::string survives(worker_stage& stage, const std::vector<frames>& messages) {
  std::size_t went_on = 0;
  for (const auto& message : messages)
    went_on += goes_on_after(stage, message) ? 1 : 0;
  return std::to_string(messages.size()) + " messages: it went on after " +
         std::to_string(went_on) + " and came back after " +
         std::to_string(messages.size() - went_on);
}

frames with_command(version v, const std::string& bytes, const frames& rest) {
  return join(v == version::v0_1 ? frames{"", "MDPW01", bytes} : frames{"MDPW02", bytes}, rest);
}

std::string short_messages(worker_stage& stage, version v) {
  std::vector<frames> messages{{""}, {"x"}};
  const auto whole = worker_request(v, "address", {"x"});
  for (std::size_t length = v == version::v0_1 ? 2 : 1; length < whole.size(); ++length)
    messages.emplace_back(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
  return survives(stage, messages);
}

std::string commands_of_nobody(worker_stage& stage, version v) {
  std::vector<frames> messages;
  for (const auto& bytes : {""s, "2"s, "\0\0\0\2"s, "\x7f"s})
    messages.push_back(with_command(v, bytes, {"address", "", "x"}));
  messages.push_back(worker_ready(v, "what only workers say"));
  messages.push_back(worker_final(v, "address", {"what only workers say"}));
  return survives(stage, messages);
}

std::string other_headers(worker_stage& stage, version v) {
  const auto other = v == version::v0_1 ? version::v0_2 : version::v0_1;
  return survives(stage, {worker_heartbeat(other),
                          client_final(v, "a client's reply", {"x"}),
                          join(v == version::v0_1 ? frames{""} : frames{}, {"MDPW03", "\x02"}),
                          {"HTTP/1.1 200 OK"}});
}

std::string absurd_messages(worker_stage& stage, version v) {
  return survives(stage, {frames(defaults::conformance_absurd_frames, ""),
                          {std::string(defaults::conformance_absurd_bytes, 'x')},
                          worker_request(v, "", {"x"})});
}

} // namespace

checks<worker_stage> worker_hostile_checks() {
  using enum level;
  return {
    {"7-31", "7-31", should, "requests cut short anywhere do not end it", short_messages},
    {"7-19", "7-19", should, "unknown and misplaced commands do not end it", commands_of_nobody},
    {"7-21", "7-21", should, "unknown headers do not end it", other_headers},
    {"7-31", "7-31", should, "absurdly large and empty messages do not end it", absurd_messages},
  };
}

} // namespace mdp::conformance
