#include "mdp/conformance/broker_checks.hpp"
#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"

#include <cstddef>

namespace mdp::conformance {

namespace {

using namespace std::string_literals;

/// A client and a worker whose exchange proves that the broker is well.
class honest_pair {
public:
  honest_pair(broker_stage& stage, version v)
      : stage_(stage), service_(stage.new_name()), worker_(stage, v, service_), client_(stage, v) {}

  /// Deviates unless a request and its answer get through. Twice: what somebody else sent before
  /// the first is read before the second at the latest.
  void exchange_after(const frames& message) {
    try {
      for (int i = 0; i < 2; ++i) {
        const auto text = stage_.new_name();
        client_.ask(service_, {text});
        worker_.answer(worker_.next_request(), {text});
        client_.await_ending(text);
      }
    } catch (const deviation& seen) {
      throw deviation("after " + readable(message) + ": " + seen.what());
    }
  }

private:
  broker_stage& stage_;
  std::string service_;
  wire_worker worker_;
  wire_client client_;
};

/// Sends each of `messages` from a stranger's socket of its own.
std::string strangers_send(broker_stage& stage, version v, const std::vector<frames>& messages) {
  honest_pair honest(stage, v);
  for (const auto& message : messages) {
    auto stranger = stage.connect();
    if (!stranger.send(message))
      throw deviation("the broker reads nothing more");
    honest.exchange_after(message);
  }
  return std::to_string(messages.size()) + " messages, others were served after each";
}

void add_beginnings(std::vector<frames>& messages, const frames& whole) {
  for (std::size_t length = 1; length < whole.size(); ++length)
    messages.emplace_back(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
}

std::string short_requests(broker_stage& stage, version v) {
  std::vector<frames> messages{{""}, {"x"}};
  add_beginnings(messages, client_request(v, stage.new_name(), {"x"}));
  return strangers_send(stage, v, messages);
}

std::string short_worker_messages(broker_stage& stage, version v) {
  std::vector<frames> messages;
  add_beginnings(messages, worker_ready(v, stage.new_name()));
  add_beginnings(messages, worker_final(v, "address", {"x"}));
  if (v == version::v0_2)
    add_beginnings(messages, worker_partial("address", {"x"}));
  return strangers_send(stage, v, messages);
}

std::string short_answers(broker_stage& stage, version v) {
  honest_pair honest(stage, v);
  std::size_t count = 0;
  for (std::size_t missing = 1; missing <= 3; ++missing) {
    const auto service = stage.new_name();
    wire_worker worker(stage, v, service);
    wire_client client(stage, v);
    client.ask(service, {"x"});
    auto answer = worker_final(v, worker.next_request().read.address, {"x"});
    answer.resize(answer.size() - missing); // the body; the empty frame as well; the address, too
    worker.send(answer);
    honest.exchange_after(answer);
    ++count;
  }
  return std::to_string(count) + " answers, others were served after each";
}

/// A worker's message with these bytes as its command, and enough frames for any.
frames with_command(version v, const std::string& bytes, const frames& rest) {
  return join(v == version::v0_1 ? frames{"", "MDPW01", bytes} : frames{"MDPW02", bytes}, rest);
}

std::string commands_of_wrong_size(broker_stage& stage, version v) {
  std::vector<frames> messages;
  for (const auto& bytes : {""s, "1"s, "\0\0\0\1"s, "\1\0\0\0"s, "\1\1"s, "READY"s}) {
    messages.push_back(with_command(v, bytes, {stage.new_name()}));
    messages.push_back(with_command(v, bytes, {"address", "", "x"}));
    if (v == version::v0_2)
      messages.push_back({"MDPC02", bytes, stage.new_name(), "x"});
  }
  return strangers_send(stage, v, messages);
}

std::string commands_of_nobody(broker_stage& stage, version v) {
  std::vector<frames> messages;
  for (const auto& bytes : {"\0"s, "\x07"s, "\x7f"s, "\xff"s}) {
    messages.push_back(with_command(v, bytes, {stage.new_name()}));
    messages.push_back(with_command(v, bytes, {"address", "", "x"}));
    if (v == version::v0_2)
      messages.push_back({"MDPC02", bytes, stage.new_name(), "x"});
  }
  // What only a broker says.
  messages.push_back(worker_request(v, "address", {"x"}));
  if (v == version::v0_2) {
    messages.push_back(client_partial(stage.new_name(), {"x"}));
    messages.push_back(client_final(v, stage.new_name(), {"x"}));
  }
  return strangers_send(stage, v, messages);
}

std::string other_headers(broker_stage& stage, version v) {
  const frames delimiter = v == version::v0_1 ? frames{""} : frames{};
  std::vector<frames> messages;
  for (const auto& header : {"MDPC03"s, "MDPW03"s, "MDPX01"s, "mdpc01"s, "MDP"s, "MDPC01\0"s,
                             "\0\0\0\0\0\0"s, "GET / HTTP/1.1"s}) {
    messages.push_back(join(delimiter, {header, "\x01", stage.new_name(), "x"}));
    messages.push_back(join(delimiter, {header, stage.new_name(), "x"}));
  }
  return strangers_send(stage, v, messages);
}

/// 0.1 without the empty frame in front that it needs, 0.2 with one that it must not have (18-1).
std::string other_beginnings(broker_stage& stage, version v) {
  const auto changed = [v](frames message) {
    if (v == version::v0_1)
      message.erase(message.begin());
    else
      message.insert(message.begin(), "");
    return message;
  };
  return strangers_send(stage, v,
                        {changed(client_request(v, stage.new_name(), {"x"})),
                         changed(worker_ready(v, stage.new_name())), changed(worker_heartbeat(v)),
                         changed(worker_final(v, "address", {"x"})),
                         changed(worker_disconnect(v))});
}

std::string absurd_messages(broker_stage& stage, version v) {
  const std::string long_text(defaults::conformance_absurd_bytes, 'x');
  return strangers_send(stage, v,
                        {frames(defaults::conformance_absurd_frames, ""),
                         frames(defaults::conformance_absurd_frames, "x"),
                         {long_text},
                         client_request(v, long_text, {"x"}),
                         client_request(v, "", {"x"}),
                         client_request(v, "\0"s, {"x"}),
                         worker_ready(v, long_text),
                         worker_ready(v, ""),
                         worker_final(v, long_text, {"x"}),
                         worker_final(v, "", {"x"})});
}

} // namespace

checks<broker_stage> hostile_checks() {
  using enum level;
  return {
    {"7-31", "7-31", must, "client messages cut short anywhere harm nobody", short_requests},
    {"7-31", "7-31", must, "worker messages cut short anywhere harm nobody", short_worker_messages},
    {"7-31", "7-31", must, "a busy worker's answers cut short harm nobody else", short_answers},
    {"7-19", "7-19", must, "commands that are not one byte harm nobody", commands_of_wrong_size},
    {"7-31", "7-31", must, "unknown and misplaced commands harm nobody", commands_of_nobody},
    {"7-21", "7-21", must, "unknown headers harm nobody", other_headers},
    {"7-31", "18-1", must, "a delimiter too few or too many harms nobody", other_beginnings},
    {"7-31", "7-31", must, "absurdly large and empty messages harm nobody", absurd_messages},
  };
}

} // namespace mdp::conformance
