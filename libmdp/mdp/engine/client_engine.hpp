#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/engine/backoff.hpp"
#include "mdp/engine/broker_choice.hpp"
#include "mdp/engine/client_request.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"
#include "mdp/wire/constants.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

/// A client's own side: many requests at several brokers, asked again when no answer comes (7-10),
/// and never a stale reply taken for another request's, although MDP numbers no requests.
///
/// Theory of operation. The owner has the sockets, called *lines*, and the clock; the engine has the
/// requests, with their attempts and deadlines, and decides which line each attempt goes on:
///
///     kind of line   what is on it                       how a reply is known for what it is
///     ------------   ----------------------------------  ----------------------------------------
///     asking         the question `mmi.version`, alone   it is the only one
///     shared         up to `window` attempts             its number, in front of the delimiter (T19)
///     lane           one attempt, then it is closed      it is the only one
///
/// A lane is right with every broker and costs a connection a request; a shared line needs a broker
/// that echoes what stands in front of the delimiter. Which it is is asked once a connection, and
/// only when there is a second request, so that a program with one question asks just that:
///
///     a broker is      the next request                        learnt by
///     ---------------  --------------------------------------  ---------------------------------
///     unknown          on a lane if none is open, and from     - the beginning; a loss; silence
///                      the second on it asks; else it waits
///                      until `ask_patience` is over
///     ours             on the shared line, when it has room    the answer names "envelope"
///     foreign          on a lane, when there are not too many  any other answer, or none in time
///
/// The life of a request; it leaves by exactly one `finished` or `failed`:
///
///     state      input                          actions                                 next
///     ---------  -----------------------------  --------------------------------------  ---------
///     -          start                          as the broker allows: [open,] send      on a line
///                                               or none                                 waiting
///     -          start, past its deadline       failed{deadline_passed}                 -
///     any        its time is up, attempts left  [close,] [restarted]                    waiting
///     any        its time is up, the last one   [close,] failed{timed_out or *}         -
///     any        the deadline passes            [close,] failed{deadline_passed}        -
///     any        cancel                         [close,] failed{cancelled}              -
///     on a line  PARTIAL                        partial                                 on a line
///     on a line  FINAL                          [close,] finished                       -
///     on a line  the line is lost, attempts     close, [restarted]                      waiting
///     on a line  the line is lost, the last     close, failed{broker_lost or *}         -
///     on a line  either, after partials and     close, failed{stream_broken}            -
///                without `restart`
///
/// * `refused` or `no_handshake`, if that was the end of the last handshake with its broker.
///
/// An attempt's time begins when it begins to wait for a line, so a request takes no longer than
/// attempts x timeout in all. What is dropped and counted: a reply that answers nothing that is open
/// on its line, names another service, or is a PARTIAL in 0.1.
///
/// After any call the owner drains `actions()`; then `next_deadline()` says when to call tick().
/// What has arrived is handed over before the clock is looked at.
///
/// Decisions:
/// - `close` comes before the news that ends a request on a lane: what arrives later finds no line.
///   A lane is never used twice, as a broker that answers twice would answer the wrong one then.
/// - A number names an attempt, not a request. What is given up on a shared line stays *abandoned*
///   and counts in its window until its reply comes, as it counts in the broker's; a line that is
///   half full of those retires: it takes nothing more and closes after its last reply.
/// - A message that is not MDP is dropped and the timer decides: the reply may still follow, and asking
///   again at once would burn all attempts on a peer that talks nothing but nonsense. Nor is it a
///   sign of life.
/// - Each partial gives the attempt its whole time anew: a stream is alive as long as it flows.
/// - A broker failed if an attempt ran out without a single word on its line: another one is current
///   then (`broker_choice`), and what waits goes there. While the first is not current, a line asks
///   it `mmi.version`; the answer brings it back. What is on its way elsewhere is left there.
/// - A lost line takes its attempts with it. They are asked again after the broker's pause, at the
///   next broker if there is one.
namespace mdp::engine {

struct client_engine_config {
  wire::protocol_version version = wire::protocol_version::v0_2;
  std::size_t brokers = 1;                        ///< At least 1.
  std::size_t window = defaults::client_pipeline; ///< At least 1.
  std::size_t max_lanes = defaults::client_lanes; ///< At least 1.
  duration ask_patience = defaults::client_ask_patience;
  duration ask_again = defaults::client_ask_again;
  duration return_delay = defaults::client_return_delay;
  backoff_config pauses;
  std::uint64_t seed = 0; ///< Of the pauses' jitter.
};

/// What an engine dropped or did again; each only grows.
struct client_engine_counters {
  std::uint64_t late_replies = 0;       ///< to attempts that were given up
  std::uint64_t unexpected_replies = 0; ///< to nothing that was asked, or a second one
  std::uint64_t invalid_messages = 0;   ///< undecodable
  std::uint64_t retries = 0;            ///< attempts after a request's first
  std::uint64_t lost_lines = 0;
  std::uint64_t fail_overs = 0; ///< another broker became current
  std::uint64_t returns = 0;    ///< the first one became current again
  friend bool operator==(const client_engine_counters&, const client_engine_counters&) = default;
};

/// The state machine above. Not synchronised.
class client_engine {
public:
  /// To do: open a socket and connect it to the broker with this number.
  struct open {
    line_id line;
    std::size_t broker = 0;
    friend bool operator==(const open&, const open&) = default;
  };

  /// To do: close it at once, forgetting what it holds (linger 0).
  struct close {
    line_id line;
    friend bool operator==(const close&, const close&) = default;
  };

  /// To do: send this.
  struct send {
    line_id line;
    wire::client_request command;
    friend bool operator==(const send&, const send&) = default;
  };

  /// News: the next piece of a reply.
  struct partial {
    request_id request;
    message body;
    friend bool operator==(const partial&, const partial&) = default;
  };

  /// News: the pieces so far are void, the reply begins again.
  struct restarted {
    request_id request;
    friend bool operator==(const restarted&, const restarted&) = default;
  };

  /// News: the reply, or its last piece.
  struct finished {
    request_id request;
    message body;
    friend bool operator==(const finished&, const finished&) = default;
  };

  /// News: there will be no reply.
  struct failed {
    request_id request;
    request_failure reason{};
    friend bool operator==(const failed&, const failed&) = default;
  };

  using action = std::variant<open, close, send, partial, restarted, finished, failed>;

  /// Asserts what `client_engine_config` asks for; a configuration is validated before.
  explicit client_engine(const client_engine_config& config);

  /// Asks. `id` was never used before, the service's name is lawful, the terms have a timeout and an
  /// attempt; an empty body stands for one empty frame (T11).
  void start(request_id id, client_question what, const request_terms& how, time_point now);

  /// Takes what the broker said on a line. One that was closed meanwhile is no error.
  void handle(line_id line, wire::to_client reply, time_point received_at);
  /// Takes note of a message that could not be decoded.
  void handle_invalid() noexcept { ++counters_.invalid_messages; }
  /// The connection is through its handshake.
  void line_ready(line_id line);
  /// The connection has ended, or could not be made at all. `why` is `refused` or `no_handshake` when
  /// it had not been through its handshake.
  void line_lost(line_id line, time_point now, request_failure why = request_failure::broker_lost);

  /// Its reader has enough: the attempt's time stands still. The line that is not to be read until
  /// go_on(), if the request is on one of its own.
  std::optional<line_id> hold(request_id id);
  void go_on(request_id id, time_point now);

  /// Gives a request up; an unknown one is none of ours any more.
  void cancel(request_id id, time_point now);
  /// Gives all of them up and closes all lines.
  void cancel_all();

  /// Looks at the clock: asks again or gives up when it is time.
  void tick(time_point now);
  /// When tick() has something to do. May change with every call above.
  [[nodiscard]] time_point next_deadline() const noexcept;

  /// What is to be done, in order. Drain it after each call above.
  [[nodiscard]] action_list<action>& actions() noexcept { return actions_; }
  [[nodiscard]] bool is_idle() const noexcept { return requests_.empty(); }
  [[nodiscard]] std::size_t line_count() const noexcept { return lines_.size(); }
  [[nodiscard]] std::size_t current_broker() const noexcept { return choice_.current(); }
  [[nodiscard]] const client_engine_counters& counters() const noexcept { return counters_; }

private:
  enum class line_kind : std::uint8_t { asking, shared, lane };

  struct line {
    std::size_t broker = 0;
    line_kind kind = line_kind::lane;
    bool is_retiring = false;
    time_point opened_at{};
    std::uint64_t heard = 0;                            // messages
    std::unordered_map<std::uint64_t, request_id> open; // by the attempt's number
    std::unordered_set<std::uint64_t> abandoned;
  };

  struct open_request {
    client_question what;
    request_terms how;
    std::size_t broker = 0;
    std::uint32_t attempt = 0;
    std::uint64_t number = 0;       // of the attempt
    std::optional<line_id> line;    // none while it waits
    std::uint64_t heard_before = 0; // on the line, when it was sent
    bool has_parts = false;
    bool is_held = false;
    time_point attempt_ends = never;
    time_point alarm = never; // in alarms_
  };

  struct broker_state {
    std::optional<line_id> asked; // the asking or shared line
    bool is_foreign = false;
    time_point asked_until{}; // what waits, waits for the answer until then
    time_point ask_again_at{};
    request_id last;          // that began to wait for it
    bool has_had_two = false; // requests, not attempts
    std::size_t lanes = 0;
    std::set<request_id> waiting;        // for any line; the oldest request first
    std::set<request_id> waiting_alone;  // for a lane
    time_point wake = never;             // when to look at those who wait again
    std::optional<request_failure> shut; // how the last handshake failed; nothing if it did not
  };

  using request_map = std::unordered_map<request_id, open_request>;

  // requests
  void begin_attempt(request_id id, open_request& request, std::size_t broker, time_point now);
  void set_alarm(request_id id, open_request& request);
  void on_alarm(request_id id, time_point now);
  void ask_again(request_id id, std::size_t broker, request_failure otherwise, time_point now);
  void leave_line(request_id id, open_request& request, bool is_answered, time_point now);
  void end(request_id id, action news, bool is_answered, time_point now);
  void on_reply(request_id id, message body, bool is_final, time_point now);
  [[nodiscard]] std::optional<request_id> addressee(line& at, const wire::return_path& path,
                                                    bool is_final);

  // lines and brokers
  line_id open_line(std::size_t broker, line_kind kind, time_point now);
  void close_line(line_id id);
  void retire(std::size_t broker, time_point now);
  void ask(std::size_t broker, time_point now);
  void on_version(line_id id, const wire::to_client& reply, time_point now);
  void on_alive(std::size_t broker, time_point now);
  void on_broker_failed(std::size_t broker, time_point now);
  void send_on(line_id id, request_id which);
  static void note_request(broker_state& there, request_id id) noexcept;
  void serve(std::size_t broker, time_point now);
  void serve_all(time_point now);
  void look_for_first(time_point now);
  [[nodiscard]] time_point look_for_first_at() const noexcept;
  [[nodiscard]] bool has_room(const line& shared) const noexcept;

  client_engine_config config_;
  broker_choice choice_;
  request_map requests_;
  std::set<std::pair<time_point, request_id>> alarms_;
  std::unordered_map<line_id, line> lines_;
  std::vector<broker_state> brokers_;
  std::size_t lanes_ = 0; // at all brokers
  std::uint64_t last_line_ = 0;
  std::uint64_t last_number_ = 0;
  time_point return_at_ = never; // not before: look for the first broker
  action_list<action> actions_;
  client_engine_counters counters_;
};

} // namespace mdp::engine
