#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/engine/liveness.hpp"
#include "mdp/frame.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"
#include "mdp/wire/constants.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

/// A worker's own side of one conversation with a broker, from READY to the last word.
///
/// Theory of operation. One engine serves one socket: a conversation that has ended is never taken
/// up again, the owner closes the socket and makes a new engine for a new one (7-32, 7-40). The
/// owner has the socket, the clock, the backoff and the handlers; the engine has the state, the
/// heartbeats and the address of every request it handed out.
///
///     state     input                         actions                                 next
///     --------  ----------------------------  --------------------------------------  --------
///     fresh     start                         send READY (7-22)                       open
///     fresh     DISCONNECT                    ended{disconnected}                     ended
///     fresh     any other message             ended{invalid_broker}                   ended
///     fresh     drain / abandon               ended{drained / abandoned}              ended
///     open      REQUEST, a place is free      work                                    open
///     open      REQUEST, all places taken     send DISCONNECT, ended{invalid_broker}  ended
///     open      HEARTBEAT                     - (may ask for our load)                open
///     open      DISCONNECT                    ended{disconnected}; not a word (7-32)  ended
///     open      undecodable (7-31)            send DISCONNECT, ended{invalid_broker}  ended
///     open      partial                       send PARTIAL; in 0.1 collect            open
///     open      finish                        send FINAL                              open
///     open      partial, finish: over bound   send DISCONNECT, ended{overrun}         ended
///     open      partial, finish: not held     - (refused, counted)                    open
///     open      tick, we were silent          send HEARTBEAT (7-37)                   open
///     open      tick, our load is due         send HEARTBEAT with it                  open
///     open      tick, the broker was silent   send DISCONNECT, ended{broker_lost}     ended
///     open      drain, nothing held           send DISCONNECT, ended{drained}         ended
///     open      drain, requests held          -                                       draining
///     open      abandon                       send DISCONNECT, ended{abandoned}       ended
///     draining  REQUEST, a place is free      - (left to the broker, counted)         draining
///     draining  finish, others held           send FINAL                              draining
///     draining  finish, the last one          send FINAL, DISCONNECT, ended{drained}  ended
///     draining  drain                         -                                       draining
///     draining  any other                     as open
///     ended     any                           - (counted; replies are refused)        ended
///
/// A worker that `says_load` does so in READY. Brokers ignore there what they do not know; only one
/// that asks for it in a HEARTBEAT gets it again, after each interval, also from a worker whose
/// answers take the place of heartbeats.
///
/// After any call the owner drains `actions()`; then `next_deadline()` says when to call tick(),
/// which may also be called at any other time. What has arrived should be handed over before the
/// clock is looked at: after a pause of ours the news is often there already (T10).
///
/// Decisions the RFCs leave open:
/// - More requests than the capacity, or a message that is not MDP: the broker is invalid (7-5,
///   7-31) and the conversation over. Going on would mean to guess what it believes about us. The
///   owner's backoff keeps the next attempts apart.
/// - Whoever ends a conversation says DISCONNECT, even to a broker thought lost: one that was only
///   frozen then gives our requests to others as soon as it wakes, and one that does not know us
///   stays silent (7-27).
/// - MDP has no word for "no more, please". A request that arrives while draining is left
///   unanswered and the final DISCONNECT gives it back to the broker (T13), at the price of one of
///   its attempts. Taking it instead would let a busy broker keep a worker for ever. As a handler
///   that takes long holds up such requests, the owner bounds its patience and calls abandon().
/// - In 0.1, which cannot say PARTIAL, the bodies of partial replies are collected and their frames
///   stand before the final's in the one REPLY (T4). Such a reply is bounded as a whole. Over the
///   bound there is no word for "failed" either: only the end of the conversation frees the place
///   at the broker.
namespace mdp::engine {

/// What a worker offers and how it talks.
struct worker_engine_config {
  std::string service; ///< Valid by `wire::check_service_name`; the owner checks.
  wire::protocol_version version = wire::protocol_version::v0_2;
  /// Requests held at a time, 1 to `defaults::max_worker_capacity`.
  std::uint32_t capacity = 1;
  /// Whether READY says the capacity when it is more than 1 (our extension). Off: the broker will
  /// send one at a time, yet as many as the capacity are taken from one that does not count.
  bool announce_capacity = true;
  heartbeat_config heartbeat;
  /// Frames and memory of one reply that is collected for 0.1, the final's included.
  std::size_t held_partial_frames = defaults::held_partial_frames;
  std::size_t held_partial_bytes = defaults::held_partial_bytes;
  bool says_load = false; ///< Tells brokers that ask for it how loaded it is (our extension).
  bool asks_user = false; ///< Asks to be told who asks (our extension).
  std::string key{};      ///< In Z85: announced, for bodies to be sealed for (our extension).
};

/// Names a request the engine handed out. Numbers of different conversations differ, so that the
/// late result of an old conversation cannot become the answer to somebody else's request.
struct request_number {
  std::uint64_t conversation = 0; ///< As given to the engine's constructor.
  std::uint64_t sequence = 0;     ///< Counts from 1.
  friend auto operator<=>(const request_number&, const request_number&) = default;
};

/// Why a conversation is over.
enum class conversation_end : std::uint8_t {
  disconnected,   ///< the broker said DISCONNECT
  broker_lost,    ///< nothing was heard for the whole patience (7-39)
  invalid_broker, ///< it sent what is not MDP, or more than we can hold (7-31)
  drained,        ///< drain() is complete
  overrun,        ///< a collected 0.1 reply went over its bound
  abandoned,      ///< abandon() was called
};

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(conversation_end reason) noexcept;

/// What became of a partial or final reply.
enum class reply_status : std::uint8_t {
  accepted,          ///< among the actions, or collected
  unknown_request,   ///< no such request is held: never handed out here, or already finished
  conversation_over, ///< too late: the broker gives the request to another worker
  overrun,           ///< over the bound of a collected reply; the conversation has just ended
};

/// What one conversation dropped or refused; each only grows. The owner adds conversations up.
struct worker_engine_counters {
  std::uint64_t invalid_messages = 0; ///< undecodable, or any word of a broker before our READY
  std::uint64_t surplus_requests = 0; ///< more than the capacity
  std::uint64_t untaken_requests = 0; ///< arrived while draining
  std::uint64_t late_messages = 0;    ///< from the broker, after the end
  std::uint64_t refused_replies = 0;  ///< for a request that is not held (any more)
  std::uint64_t overrun_replies = 0;  ///< over the bound
  std::uint64_t lost_requests = 0;    ///< held at the end; the broker gives them to others
  friend bool operator==(const worker_engine_counters&, const worker_engine_counters&) = default;
};

/// The state machine above. Not synchronised.
class worker_engine {
public:
  /// To do: send this to the broker.
  struct send {
    wire::from_worker command;
    friend bool operator==(const send&, const send&) = default;
  };

  /// To do: work on this, and answer with partial() and finish().
  struct work {
    request_number number;
    message body;
    frame user{}; ///< Who asks, if that was wanted and the broker knows.
    friend bool operator==(const work&, const work&) = default;
  };

  /// To do: close the socket once what was sent before is flushed. All requests handed out are
  /// void: their handlers may stop. Always the last action of an engine.
  struct ended {
    conversation_end reason = conversation_end::disconnected;
    /// From READY to the last word heard from the broker; zero if it never spoke. For
    /// `backoff::lasted()`: waiting in vain for a broker is no success, however long it took.
    duration lasted{};
    friend bool operator==(const ended&, const ended&) = default;
  };

  using action = std::variant<send, work, ended>;

  enum class state : std::uint8_t { fresh, open, draining, ended };

  /// Does nothing yet. `conversation` must differ from that of every other engine whose handlers
  /// can still call this one; counting up is enough. Asserts the capacity's range.
  worker_engine(worker_engine_config config, std::uint64_t conversation);

  /// How loaded the worker is from now on, in thousandths of what it can do; 0 until it is said.
  void set_load(std::uint32_t thousandths) noexcept;

  /// Says READY. Once only: a second READY is what 7-24 forbids, so it is asserted.
  void start(time_point now);

  /// Takes what the broker said; `received_at` is when it arrived.
  void handle(wire::to_worker command, time_point received_at);

  /// Takes note of a message that could not be decoded.
  void handle_invalid(time_point now);

  /// Says a piece of the reply to `number`, which stays open (18-10, 18-12). An empty `body` stands
  /// for one empty frame (T11), as MDP has no message without a body.
  reply_status partial(request_number number, message body, time_point now);

  /// Says the last piece of the reply, or all of it, and frees its place. An empty `body` as above.
  reply_status finish(request_number number, message body, time_point now);

  /// Looks at the clock: heartbeats, and whether the broker is lost.
  void tick(time_point now);

  /// Takes no more requests, lets the held ones finish, then says DISCONNECT and ends (T15).
  void drain(time_point now);

  /// Says DISCONNECT and ends, whatever is held.
  void abandon(time_point now);

  /// When tick() has something to do; `never` before start() and after the end. May change with
  /// every call above.
  [[nodiscard]] time_point next_deadline() const noexcept;

  /// What is to be done, in order. Drain it after each call above.
  [[nodiscard]] action_list<action>& actions() noexcept { return actions_; }
  [[nodiscard]] state current_state() const noexcept { return state_; }
  /// Requests handed out and not finished.
  [[nodiscard]] std::size_t in_flight() const noexcept { return requests_.size(); }
  [[nodiscard]] const worker_engine_counters& counters() const noexcept { return counters_; }

private:
  struct held_request {
    frame address;     // echoed as it came: a client's, or the broker's token
    message collected; // 0.1 only
    std::size_t collected_bytes = 0;
  };
  using held_requests = std::unordered_map<std::uint64_t, held_request>;

  [[nodiscard]] wire::heartbeat beat(time_point now);
  void take_request(wire::worker_request command, time_point now);
  [[nodiscard]] held_requests::iterator find(request_number number);
  reply_status refuse();
  [[nodiscard]] bool collect(held_request& request, message body) const;
  reply_status overrun(time_point now);
  void say(wire::from_worker command, time_point now);
  void leave(conversation_end reason, time_point now);
  void end(conversation_end reason);
  [[nodiscard]] bool is_talking() const noexcept {
    return state_ == state::open || state_ == state::draining;
  }

  worker_engine_config config_;
  std::uint64_t conversation_;
  state state_ = state::fresh;
  liveness beats_;
  std::uint32_t load_ = 0;
  time_point load_due_ = never; // until the broker has asked for it
  time_point started_{};
  time_point heard_{}; // unlike the one of `beats_`, never moved by an excuse
  std::uint64_t last_sequence_ = 0;
  std::uint64_t untaken_ = 0; // the broker believes that we hold these too
  held_requests requests_;
  action_list<action> actions_;
  worker_engine_counters counters_;
};

} // namespace mdp::engine
