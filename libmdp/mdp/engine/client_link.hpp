#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/access_rules.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/engine/broker_budget.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/shared_frame.hpp"
#include "mdp/wire/command.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

/// The broker's view of one client: its open requests, how each is to be answered, and when the
/// client can be forgotten.
///
///     handle() ──► OPEN ──► finish() ──► answered, in the version and along the path of the request
///       │            └────► refuse() ──► silent (T12), or a status reply if that is configured
///       └─ window full, or memory ───► refused at once
///
/// Each accepted request leaves by exactly one of these, and only once: a second finish() or a late
/// partial() finds no open request and is dropped (T6). A 0.1 client knows no PARTIAL, so partial
/// bodies are held back, and their frames precede the final's in its one REPLY, which is bounded as
/// a whole (T4). When another worker has to begin again, what is held of the lost one is void. A
/// 0.2 client has it already: it gets the new pieces behind the old ones, as MDP has no word for
/// that.
///
/// A client that has been silent for long is forgotten, but not while a request of its may be under
/// way from whoever reads the socket: `ask_to_leave` says how many requests were heard, and only when
/// that are all there were is it released(). A request in between makes it stay.
///
/// The owner drains `actions()` after each call and calls tick() at `next_deadline()`. After
/// `client_ended` every input is ignored.
namespace mdp::engine {

class service_rules;

struct client_link_config {
  std::size_t window = defaults::client_window;
  /// Memory of all open requests, and of what is held back for them.
  std::size_t max_bytes = defaults::client_max_bytes;
  duration request_ttl = defaults::request_ttl;
  duration idle_timeout = defaults::session_idle_timeout;
  /// Frames and memory of one reply that is collected for a 0.1 client, the final's included.
  std::size_t held_partial_frames = defaults::held_partial_frames;
  std::size_t held_partial_bytes = defaults::held_partial_bytes;
  /// Answers what cannot be served with one body frame `mdp-status <code> <text>` instead of
  /// silence (T12).
  bool status_replies = false;
  /// How long requests for single services live, and which are urgent; null: all alike.
  std::shared_ptr<const service_rules> rules;
};

/// Write this to the client, in the version of its request.
struct send_to_client {
  wire::to_client command;
  wire::protocol_version version{};
};

/// Hand this job to its service.
struct submit_to_service {
  std::string service;
  job what;
};

/// The client is gone; forget this job if it still waits.
struct cancel_at_service {
  std::string service;
  job_id id;
};

/// A request was given up; for counters.
struct request_refused {
  refusal reason{};
};

enum class client_end : std::uint8_t {
  idle,        ///< nothing open and nothing heard for a while (T5)
  unreachable, ///< the socket has lost it
  dismissed,   ///< the broker stops
};

inline constexpr std::size_t client_end_count = static_cast<std::size_t>(client_end::dismissed) + 1;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(client_end reason) noexcept;

/// May this client be forgotten? Answered by released(), or not at all: then a request is coming.
struct ask_to_leave {
  std::uint64_t heard = 0; ///< Requests so far.
};

/// The end; the last action.
struct client_ended {
  client_end reason{};
  std::uint64_t heard = 0; ///< Requests so far; what comes later is not read.
};

using client_link_action = std::variant<send_to_client, submit_to_service, cancel_at_service,
                                        request_refused, ask_to_leave, client_ended>;

class client_link {
public:
  /// `address` is the client's routing id, shown to workers as the client address. The memory of
  /// what is held back is drawn from `budget`, if there is one; that of requests is the queues'. `user`
  /// is who it is by CURVE, and `access` what he may do; null: everything.
  client_link(const client_link_config& config, peer_id self, frame address, time_point now,
              std::shared_ptr<broker_budget> budget = {}, frame user = {},
              std::shared_ptr<user_access> access = {})
      : config_(config),
        self_(self),
        address_(std::move(address)),
        user_(std::move(user)),
        access_(std::move(access)),
        last_used_(now),
        share_(std::move(budget)) {}

  /// A valid request arrived.
  void handle(wire::client_request&& request, wire::protocol_version version,
              time_point received_at);

  /// The socket says that the client cannot be reached any more.
  void handle_unreachable();

  /// A part of an answer, to be passed on or held back. `attempt` says which try of the job it is
  /// from; tries do not overlap.
  void partial(job_id id, message body, time_point now, attempt_number attempt = 1);

  /// The answer, or its last part.
  void finish(job_id id, message body, time_point now, attempt_number attempt = 1);

  /// No answer will come.
  void refuse(job_id id, refusal reason, time_point now);

  /// Nothing is under way from the client any more: the answer to `ask_to_leave`.
  void released();

  /// The broker stops: whatever is open is forgotten.
  void dismiss();

  void tick(time_point now);

  /// When tick() has something to do; `never` while requests are open, while it waits for
  /// released(), and after the end.
  [[nodiscard]] time_point next_deadline() const noexcept;

  [[nodiscard]] action_list<client_link_action>& actions() noexcept { return actions_; }
  [[nodiscard]] std::size_t open_requests() const noexcept { return open_.size(); }
  /// Memory of its open requests, and of what is held back for them.
  [[nodiscard]] std::size_t footprint() const noexcept { return footprint_; }
  [[nodiscard]] bool has_ended() const noexcept { return ended_; }
  /// Answers, or parts of them, that came when their request was over (T6); only grows.
  [[nodiscard]] std::uint64_t superfluous_answers() const noexcept { return superfluous_; }

private:
  /// Partial bodies for a 0.1 client, of one attempt. Few requests ever have any.
  struct held_parts {
    message body;
    std::size_t bytes = 0;
  };
  struct open_request {
    std::string service;
    wire::return_path path;
    wire::protocol_version version{};
    attempt_number attempt = 0;
    std::size_t footprint = 0;             // of the request itself, which the queue has
    std::unique_ptr<held_parts> held = {}; // null while there are none
  };
  using open_requests_map = std::unordered_map<std::uint64_t, open_request>;

  void apply_rules(job& asked, const std::string& service, time_point received_at) const;
  [[nodiscard]] std::optional<refusal> check(const std::string& service, std::size_t bytes,
                                             time_point received_at) const;
  [[nodiscard]] std::optional<refusal> room_for(std::size_t bytes) const noexcept;
  void begin_attempt(open_request& request, attempt_number attempt);
  [[nodiscard]] std::optional<refusal> hold_back(open_request& request, message body);
  void forget_held(open_request& request) noexcept;
  void close(open_requests_map::iterator entry);
  void give_up(open_requests_map::iterator entry, refusal reason);
  void answer_status(const open_request& request, refusal reason);
  void end(client_end reason);

  client_link_config config_;
  peer_id self_;
  shared_frame address_;
  shared_frame user_;
  std::shared_ptr<user_access> access_; // null: everything
  time_point last_used_;
  budget_share share_;
  std::size_t footprint_ = 0;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t superfluous_ = 0;
  std::uint64_t heard_ = 0; // requests, refused ones too
  bool is_leaving_ = false; // has asked to
  bool ended_ = false;
  open_requests_map open_; // by job_id::sequence
  action_list<client_link_action> actions_;
};

} // namespace mdp::engine
