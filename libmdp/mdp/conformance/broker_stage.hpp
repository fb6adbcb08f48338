#pragma once

#include "mdp/conformance/conformance_defaults.hpp"
#include "mdp/conformance/raw_peer.hpp"
#include "mdp/conformance/run.hpp"

#include <zmq.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mdp::conformance {

class wire_worker;

/// A broker, and what all checks of it share: where it is, how patient to be, names that nobody else
/// uses, and how to find out whether it is well. One thread.
class broker_stage {
public:
  explicit broker_stage(const settings& set);

  [[nodiscard]] const settings& set() const noexcept { return set_; }
  [[nodiscard]] time_point deadline() const;
  /// `count` heartbeat intervals.
  [[nodiscard]] duration intervals(std::uint32_t count) const noexcept {
    return set_.heartbeat * count;
  }
  /// How long nothing may come before it counts as silence: heartbeats would have come meanwhile.
  [[nodiscard]] duration silence() const noexcept;
  /// After so long every broker must have noticed that a peer is silent (7-39).
  [[nodiscard]] duration expiry() const noexcept {
    return intervals(set_.liveness) +
           std::max<duration>(intervals(defaults::conformance_grace_intervals),
                              defaults::conformance_shortest_grace);
  }

  /// How long a broker may take to read what was sent: no heartbeat is missed meanwhile.
  [[nodiscard]] duration reading_time() const noexcept;

  /// A connected DEALER or REQ; deviates when the broker accepts no connection.
  [[nodiscard]] raw_peer connect(zmq::socket_type type = zmq::socket_type::dealer);

  /// What `peer` receives by the deadline. All workers on the stage beat meanwhile.
  [[nodiscard]] std::optional<frames> receive(raw_peer& peer, time_point deadline);
  /// Waits that long, and all workers beat.
  void pause(duration how_long);

  void enter(wire_worker& worker) { workers_.push_back(&worker); }
  void leave(wire_worker& worker) { std::erase(workers_, &worker); }

  /// A service name or other text that was not used before, by this run or another.
  [[nodiscard]] std::string new_name();

  /// Waits until the broker has read a READY for `service`: by MMI if it answers that, or else for as
  /// long as reading takes.
  void await_registration(const std::string& service);

  /// The last frame of the broker's answer to `mmi.service`, however it came; nothing if it is silent.
  [[nodiscard]] std::optional<std::string> ask_mmi_service(const std::string& service,
                                                           time_point deadline);

  /// Deviates unless a request finds its way to a worker and the answer back. `after` says what came
  /// before. From then on the broker has read all that anybody sent before: these peers are new to it,
  /// and have been heard several times.
  void prove_alive(version v, const std::string& after = {});

  // -- what the runner asks ---------------------------------------------------------------------------

  /// A broker that is gone keeps no MUST at all.
  static constexpr bool loss_fails = true;

  /// Whether somebody who speaks ZMTP accepts connections.
  [[nodiscard]] bool is_listening();
  /// Looks for a version that the broker speaks; false if it is none of those asked for.
  [[nodiscard]] bool find_out();
  /// Tries a version when it is first asked about, and not before: a broker may take it ill.
  [[nodiscard]] std::string reason_to_skip(version v);
  [[nodiscard]] bool is_lost();
  /// Takes note of how late the words of our workers are now, of those as well that talk instead of beating.
  void note_late_words();
  /// How late the latest heartbeat of ours came since this was last asked.
  [[nodiscard]] duration take_lateness() { return std::exchange(lateness_, duration::zero()); }

private:
  /// Whether a friendly request in `v` reaches a worker, however it is written.
  [[nodiscard]] bool reacts(version v);
  [[nodiscard]] bool speaks(version v);
  [[nodiscard]] bool answers_mmi(version v);
  /// Lets workers beat whose turn it is; returns when the next turn is.
  [[nodiscard]] time_point beat_all();
  void note_late_beats();

  settings set_;
  zmq::context_t context_;
  std::string run_id_;
  std::uint64_t names_ = 0;
  std::vector<wire_worker*> workers_;
  duration lateness_{};
  std::optional<bool> speaks_[2]; // nothing while that was not tried
  std::optional<version> mmi_version_;
  std::optional<raw_peer> mmi_client_;
};

} // namespace mdp::conformance
