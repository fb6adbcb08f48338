#pragma once

#include "mdp/conformance/check.hpp"
#include "mdp/conformance/conformance_defaults.hpp"
#include "mdp/conformance/run.hpp"

#include <zmq.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mdp::conformance {

/// A worker, seen from a ROUTER that plays its broker. Whoever waits beats meanwhile, as a broker
/// should, unless told not to. One thread.
///
/// A *conversation* begins with a READY and ends with a DISCONNECT of either side. The worker has one at
/// a time; a READY from another connection begins the next.
class worker_stage {
public:
  /// Binds. Throws zmq::error_t if that does not work.
  explicit worker_stage(const settings& set);

  [[nodiscard]] const settings& set() const noexcept { return set_; }
  /// Where it is bound, with a `*` resolved.
  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] time_point deadline() const;
  [[nodiscard]] duration intervals(std::uint32_t count) const noexcept {
    return set_.heartbeat * count;
  }
  [[nodiscard]] duration silence() const noexcept;
  /// After so long the worker must have noticed that we are silent (7-39).
  [[nodiscard]] duration expiry() const noexcept {
    return intervals(set_.liveness) +
           std::max<duration>(intervals(defaults::conformance_grace_intervals),
                              defaults::conformance_shortest_grace);
  }

  // -- what comes in ----------------------------------------------------------------------------------

  struct arrival {
    std::string from; ///< routing id
    frames message;
    worker_message read;
    bool is_current = false; ///< from the connection of the present, or the last, conversation
  };

  /// The next message from anybody.
  [[nodiscard]] std::optional<arrival> next(time_point deadline);

  /// The READY that began the conversation.
  [[nodiscard]] const frames& ready() const noexcept { return ready_; }
  [[nodiscard]] const std::string& routing_id() const noexcept { return routing_id_; }

  /// Whether `news` is a READY by which the worker begins anew: on a new connection, or under an
  /// identity that it chose itself, which tells nothing about its connection.
  [[nodiscard]] bool begins_anew(const arrival& news) const;

  /// Takes such a READY as the begin of a conversation.
  void adopt(const arrival& news);

  /// Waits for a conversation if there is none; deviates when the worker does not come.
  void await_conversation();

  // -- what goes out ----------------------------------------------------------------------------------

  /// Sends anything to the worker.
  void send(const frames& message);
  void beat() { send(worker_heartbeat(spoken_)); }
  /// Says DISCONNECT, which ends the conversation.
  void disconnect();

  /// What the worker made of a request.
  struct exchange {
    std::string address; ///< as it was sent
    frames last;         ///< REPLY or FINAL, whole
    worker_message read;
    std::vector<frames> partials;
    frames one_more;       ///< one answer too many to an earlier request, which came meanwhile
    std::size_t beats = 0; ///< HEARTBEATs in front of the last answer
    duration took{};
  };

  /// Sends a request, within a conversation, and waits for its answer, however that is written.
  /// Deviates when none comes.
  exchange ask(const frames& body);

  bool keep_beating = true;
  /// Requests come in place of heartbeats, and may be late as well.
  bool talks = false;

  /// How the worker took it that we were silent. Tried once; told to all who ask.
  struct silence_story {
    bool came_back = false;
    std::string late_word; ///< what it said on the old connection when it should have given us up
  };
  const silence_story& fall_silent();

  // -- what the runner asks ---------------------------------------------------------------------------

  /// Nobody but its broker depends on one worker.
  static constexpr bool loss_fails = false;

  /// Waits for the first worker. Nothing if none came; otherwise its version.
  [[nodiscard]] std::optional<version> wait_for_worker();
  [[nodiscard]] std::string reason_to_skip(version v) const;
  [[nodiscard]] bool is_lost();
  /// How late the latest heartbeat of ours came since this was last asked. What was seen in silence is
  /// tried anew.
  [[nodiscard]] duration take_lateness();

private:
  /// The address of the next request; all are different.
  [[nodiscard]] const std::string& new_address();
  /// One answer too many, to an earlier request: an item of its own.
  [[nodiscard]] bool is_old_answer(const worker_message& read) const;
  [[nodiscard]] bool answers();

  settings set_;
  zmq::context_t context_;
  zmq::socket_t socket_;
  std::string endpoint_;
  version spoken_ = version::v0_1;
  std::string routing_id_;
  std::set<std::string> former_ids_;
  frames ready_;
  bool is_open_ = false;
  std::uint64_t conversations_ = 0;
  time_point sent_at_{};
  std::vector<std::string> addresses_;
  duration lateness_{};
  std::optional<silence_story> silence_;
};

} // namespace mdp::conformance
