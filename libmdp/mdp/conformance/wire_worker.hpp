#pragma once

#include "mdp/conformance/broker_stage.hpp"
#include "mdp/conformance/check.hpp"

#include <cstddef>

namespace mdp::conformance {

/// A request as a worker got it.
struct held_request {
  frames whole;
  worker_message read;
  std::size_t beats = 0; ///< HEARTBEATs in front of it
};

/// A worker on a socket of its own, that does what it is told. Whoever waits on its stage, it beats, as
/// long as `keep_beating` and it has said READY. One thread.
class wire_worker {
public:
  /// Connected, and has said nothing yet.
  wire_worker(broker_stage& stage, version v);

  /// Has said READY for `service`, and the broker has read that.
  wire_worker(broker_stage& stage, version v, const std::string& service);

  /// Says DISCONNECT if it has said READY and nobody has ended that, for the broker's sake.
  ~wire_worker();
  wire_worker(const wire_worker&) = delete;
  wire_worker& operator=(const wire_worker&) = delete;

  void ready(const std::string& service);
  /// Says DISCONNECT and falls silent.
  void disconnect();
  /// Sends anything.
  void send(const frames& message);
  void beat() { send(worker_heartbeat(version_)); }
  void answer(const held_request& request, const frames& body) {
    send(worker_final(version_, request.read.address, body));
  }

  [[nodiscard]] std::optional<frames> next(time_point deadline);

  /// The next REQUEST, however it is written; skips heartbeats and answers to READY. Deviates for
  /// anything else.
  held_request next_request() { return next_request(stage_.deadline()); }
  held_request next_request(time_point deadline);

  /// Deviates unless the next message but heartbeats is exactly DISCONNECT.
  void expect_disconnect();

  /// Deviates if anything comes.
  void expect_silence(duration how_long);

  /// Deviates if anything comes; waits until the broker has sent heartbeats to `other`, if it sends any.
  void expect_silence_beside(wire_worker& other);

  /// Reads what has left the broker before that heard our last word.
  void drop_what_is_under_way();

  /// Deviates if anything but heartbeats comes, or an answer to READY (which has an item of its own).
  void expect_no_request(duration how_long);

  /// Waits for that long and counts heartbeats; deviates for anything else, and for a HEARTBEAT that is
  /// not written as it should.
  std::size_t count_beats(duration how_long);

  bool keep_beating = true;
  /// What it says itself comes in place of heartbeats, and may be late as well.
  bool talks = false;

  /// When the next heartbeat is due; `never` when it does not beat.
  [[nodiscard]] time_point beat_due() const noexcept { return keep_beating ? word_due() : never; }

  /// When it must say something, whatever it is; `never` when it may be silent.
  [[nodiscard]] time_point word_due() const noexcept {
    return registered_ && (keep_beating || talks) ? sent_at_ + stage_.set().heartbeat : never;
  }

  /// Leaves without a word.
  void vanish();

private:
  broker_stage& stage_;
  version version_;
  raw_peer peer_;
  bool registered_ = false;
  time_point sent_at_{};
};

} // namespace mdp::conformance
