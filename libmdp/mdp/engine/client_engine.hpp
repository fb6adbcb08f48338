#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"
#include "mdp/wire/constants.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

/// A client's own side: one request at a time on one socket, asked again on a new socket when no
/// answer comes (the guide's Lazy Pirate, 7-10). MDP numbers no requests, so a reply says only
/// which service it is from; one request a socket is what makes it unmistakable ("a lane").
///
/// Theory of operation. The owner has the lane's socket and the clock; the engine has the request,
/// its attempts and its deadlines. It lives as long as the lane: after a request has left, the next
/// may start. Each request leaves by exactly one `finished` or `failed`.
///
///     state      input                          actions                              next
///     ---------  -----------------------------  -----------------------------------  ---------
///     idle       start                          send                                 waiting
///     idle       start, past its deadline       failed{deadline_passed}              idle
///     idle       PARTIAL, FINAL, undecodable    - (counted)                          idle
///     idle       tick, cancel                   -                                    idle
///     waiting    PARTIAL                        partial                              streaming
///     waiting    FINAL                          finished                             idle
///     waiting    time is up, attempts left      reconnect, send                      waiting
///     waiting    time is up, the last attempt   reconnect, failed{timed_out}         idle
///     streaming  PARTIAL                        partial                              streaming
///     streaming  FINAL                          finished                             idle
///     streaming  time is up, restarts are off   reconnect, failed{stream_broken}     idle
///     streaming  time is up, attempts left      restarted, reconnect, send           waiting
///     streaming  time is up, the last attempt   reconnect, failed{timed_out}         idle
///     busy       reply of another service       - (counted)                          as before
///     busy       reply with a return address    - (counted)                          as before
///     busy       PARTIAL in 0.1                 - (counted)                          as before
///     busy       undecodable                    - (counted)                          as before
///     busy       the deadline passes            reconnect, failed{deadline_passed}   idle
///     busy       cancel                         reconnect, failed{cancelled}         idle
///
/// (busy: waiting or streaming)
///
/// After any call the owner drains `actions()`; then `next_deadline()` says when to call tick().
/// What has arrived is handed over before the clock is looked at, and an answer that comes in
/// before the tick that would have given it up is taken.
///
/// Decisions:
/// - Whatever leaves without its final reply leaves a socket behind on which that reply can still
///   arrive. `reconnect` closes it, always *before* the news that lets the owner start the next
///   request, so a stale reply is not unlikely but impossible.
///   The work itself may well be done twice: at least once is all that asking again can promise.
/// - Each partial gives the attempt its whole time anew: a stream is alive as long as it flows.
///   What bounds it as a whole is the request's deadline.
/// - An attempt that breaks off after partials is asked again like any other, and the owner is told
///   that the reply begins again, so that it can forget what it has. Where it cannot (the pieces
///   are printed, played, forwarded) it turns `restart_streams` off and gets a failure instead.
/// - A message that is not MDP is dropped and the timer decides: the reply may still follow, and
///   asking again at once would burn all attempts on a peer that talks nothing but nonsense.
/// - Attempts follow each other without a pause: each has lasted its whole time already.
namespace mdp::engine {

/// How long a client waits, and how often it asks.
struct client_engine_config {
  wire::protocol_version version = wire::protocol_version::v0_2;
  /// How long an attempt may be silent before it is given up; more than zero.
  duration timeout = defaults::client_timeout;
  /// How often a request is sent in all; at least 1.
  std::uint32_t attempts = defaults::client_attempts;
  /// Whether a stream that broke off is asked for again, from its beginning.
  bool restart_streams = true;
};

/// Why a request has no (whole) reply. Each is a counter.
enum class request_failure : std::uint8_t {
  timed_out,       ///< all attempts are used up
  deadline_passed, ///< the request's own deadline came first
  stream_broken,   ///< partials came, then silence, and `restart_streams` is off
  cancelled,       ///< cancel() was called
};

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(request_failure reason) noexcept;

/// What an engine dropped or did again; each only grows.
struct client_engine_counters {
  std::uint64_t unexpected_replies = 0; ///< while idle, of another service, not for this lane
  std::uint64_t invalid_messages = 0;   ///< undecodable
  std::uint64_t retries = 0;            ///< attempts after a request's first
  friend bool operator==(const client_engine_counters&, const client_engine_counters&) = default;
};

/// The state machine above. Not synchronised.
class client_engine {
public:
  /// What to ask.
  struct request {
    std::string service; ///< Valid by `wire::check_service_name`; the owner checks.
    message body;        ///< Empty stands for one empty frame (T11).
    /// When the answer is of no use any more, whatever is left to try.
    time_point deadline = never;
  };

  /// To do: send this to the broker.
  struct send {
    wire::client_request command;
    friend bool operator==(const send&, const send&) = default;
  };

  /// To do: close the socket at once, forgetting what it holds (linger 0), and open another. From
  /// now on nothing that the old one received may be handed over.
  struct reconnect {
    friend bool operator==(const reconnect&, const reconnect&) = default;
  };

  /// News: the next piece of the reply.
  struct partial {
    message body;
    friend bool operator==(const partial&, const partial&) = default;
  };

  /// News: the pieces so far are void, the reply begins again.
  struct restarted {
    friend bool operator==(const restarted&, const restarted&) = default;
  };

  /// News: the reply, or its last piece. The engine is idle.
  struct finished {
    message body;
    friend bool operator==(const finished&, const finished&) = default;
  };

  /// News: there will be no reply. The engine is idle.
  struct failed {
    request_failure reason{};
    friend bool operator==(const failed&, const failed&) = default;
  };

  using action = std::variant<send, reconnect, partial, restarted, finished, failed>;

  enum class state : std::uint8_t { idle, waiting, streaming };

  /// Asserts what `client_engine_config` asks for; a configuration file is validated before.
  explicit client_engine(const client_engine_config& config);

  /// Asks. Only while idle: asserted.
  void start(request what, time_point now);

  /// Takes what the broker said; `received_at` is when it arrived.
  void handle(wire::to_client reply, time_point received_at);

  /// Takes note of a message that could not be decoded.
  void handle_invalid() noexcept { ++counters_.invalid_messages; }

  /// Looks at the clock: asks again or gives up when it is time.
  void tick(time_point now);

  /// Gives the request up; nothing happens while idle.
  void cancel();

  /// When tick() has something to do; `never` while idle. May change with every call above.
  [[nodiscard]] time_point next_deadline() const noexcept;

  /// What is to be done, in order. Drain it after each call above.
  [[nodiscard]] action_list<action>& actions() noexcept { return actions_; }
  [[nodiscard]] state current_state() const noexcept { return state_; }
  [[nodiscard]] bool is_idle() const noexcept { return state_ == state::idle; }
  /// How often the current request was sent; 0 while idle.
  [[nodiscard]] std::uint32_t attempt() const noexcept { return attempt_; }
  [[nodiscard]] const client_engine_counters& counters() const noexcept { return counters_; }

private:
  void on_partial(wire::client_partial reply, time_point now);
  void on_final(wire::client_final reply);
  [[nodiscard]] bool is_expected(const wire::return_path& path,
                                 std::string_view service) const noexcept;
  void ask(time_point now);
  void on_attempt_over(time_point now);
  void give_up(request_failure reason);
  void become_idle();

  client_engine_config config_;
  state state_ = state::idle;
  request request_;
  std::uint32_t attempt_ = 0;
  time_point attempt_ends_ = never;
  action_list<action> actions_;
  client_engine_counters counters_;
};

} // namespace mdp::engine
