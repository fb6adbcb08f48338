#pragma once

#include "mdp/load/dialect.hpp"
#include "mdp/load/ready_set.hpp"
#include "mdp/load/stage.hpp"
#include "mdp/load/tally.hpp"
#include "mdp/time.hpp"

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mdp::load {

/// The clients of one thread.
///
/// Each asks until its window is full, and again for each answer. With a rate, each has a timetable; a
/// request that could not be sent when it was due, as the window was full, still counts from then on, so
/// that a broker that stands still cannot hide the requests it has kept away (coordinated omission).
///
/// A request's body begins with a mark and a number, by which its echo is known. An answer without them,
/// from somebody else's worker, is taken for that of the oldest request that is open.
class client_side {
public:
  /// Clients number `first`, `first` + `step` ... of all. Throws zmq::error_t.
  client_side(stage& shared, std::size_t first, std::size_t step);
  ~client_side();
  client_side(const client_side&) = delete;
  client_side& operator=(const client_side&) = delete;

  /// Until the run is over. What it has seen is in tally() then.
  void run();

  [[nodiscard]] const tally& seen() const noexcept { return tally_; }

private:
  struct open_request {
    time_point due;   ///< When it should have been sent.
    time_point heard; ///< When it was, or when the latest part of its answer came.
    bool is_done = false;
  };

  struct client {
    zmq::socket_t socket;
    std::string service;
    std::uint64_t mark = 0;            ///< How its bodies begin.
    std::size_t number = 0;            ///< Among all clients.
    std::deque<open_request> requests; ///< From `base` on; the first of them is open.
    std::uint64_t base = 0;            ///< Its number.
    std::uint64_t counts_from = 0;     ///< What was asked before it was ready is not judged.
    std::size_t open = 0;
    time_point next_due = never; ///< By the timetable, once there is one.
    bool is_ready = false;
    bool is_drained = false;
  };

  /// Whose answer something is.
  enum class match : std::uint8_t { open, not_open, not_judged, damaged };

  void connect(client& who);
  void look_at(client& who, time_point now);
  void ask_first(client& who, time_point now);
  bool ask(client& who, time_point due, time_point now);
  void fill(client& who, time_point now);
  bool take_turn();
  void begin(client& who);
  /// Whether there may be more.
  bool receive(client& who);
  void take(client& who, const answer& what);
  void end_request(client& who, std::size_t index);
  match find(client& who, const zmq::message_t& body, std::size_t& index) const;
  void expire(client& who, time_point now);
  void count_trouble(trouble what);
  [[nodiscard]] time_point next_look(time_point now) const;

  stage& shared_;
  dialect dialect_;
  ready_set ready_;
  std::vector<std::unique_ptr<client>> clients_;
  std::vector<std::size_t> unfinished_; ///< Clients whose sockets may have more.
  std::optional<connection_watch> watch_;
  bool has_parts_ = false; ///< Some answer had, so requests are not heard of in their order.
  std::string body_;
  frames in_;
  frames out_;
  tally tally_;
};

} // namespace mdp::load
