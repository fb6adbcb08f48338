#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace mdp::test {

/// What can be wrong with a broker, one thing at a time.
enum class broker_defect {
  none,
  answers_ready,
  ignores_disconnect,
  takes_ready_twice,
  tolerates_strangers,  ///< no DISCONNECT for who never said READY
  passes_idle_answers,  ///< an answer without a request goes to whom it names
  trusts_addresses,     ///< a busy worker may answer any client
  needs_no_delimiter,   ///< takes an answer without the empty frame
  needs_no_body,        ///< passes a request without a body
  deaf_after_one_frame, ///< a message of one frame, and it hears nothing more
  dies_of_one_frame,    ///< the same, and its socket is gone
  silent_to_busy,       ///< no heartbeats for workers with a request
  never_beats,
  beats_always,     ///< at a fixed pace, whatever else is said
  long_heartbeats,  ///< with a frame too many
  only_beats_count, ///< answers do not count as heartbeats
  never_expires,
  beats_for_the_dead, ///< expired workers get no requests, but heartbeats
  forgets_requests,   ///< those of a worker that died
  swaps_codes,        ///< 05 and 06 of MDP 0.2
  delimits_v0_2,      ///< an empty frame in front of what 0.2 clients get
  drops_body_frames,  ///< all but the first
  repeats_address,    ///< in requests
  replies_twice,
  mixes_up_clients, ///< a reply goes to the client who asked last
  first_come_first_served,
  overloads,        ///< does not wait for an answer before the next request
  partial_frees,    ///< takes a PARTIAL for the end of work
  does_not_queue,   ///< drops requests for services that nobody offers
  finds_everything, ///< mmi.service is always 200
  finds_nothing,    ///< mmi.service is always 404
  no_501,
  leaves_mmi_open,   ///< to workers
  reserves_too_much, ///< all names that begin with m
};

/// A Majordomo broker of both versions as small as it can be: bare libzmq, one thread, liveness 4. Nothing of
/// it is ours but its frames. It runs from its birth to its end.
class little_broker {
public:
  explicit little_broker(broker_defect defect = broker_defect::none);
  ~little_broker();
  little_broker(const little_broker&) = delete;
  little_broker& operator=(const little_broker&) = delete;

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  /// The pause between its heartbeats.
  [[nodiscard]] std::chrono::milliseconds heartbeat() const noexcept;

private:
  class running;
  broker_defect defect_;
  std::string endpoint_;
  std::unique_ptr<running> running_;
};

} // namespace mdp::test
