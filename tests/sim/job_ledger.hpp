#pragma once

#include "mdp/engine/service_queue.hpp"
#include "mdp/ids.hpp"
#include "mdp/time.hpp"
#include "sim/violations.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The accounts of all requests of one broker's life, kept by what the actors see and not by what
/// the engines say about themselves:
/// - a request that a session accepted ends there exactly once: answered, refused or cancelled;
/// - a refusal has its reason: expired means that its time was over, given up that its attempts
///   were;
/// - a queue holds what it accepted and did not let go of, no more and no less, and its footprint
///   is the sum of theirs;
/// - what has expired is not given to a worker any more;
/// - attempts count up to the bound, and one client's requests are first tried in their order.
namespace mdp::sim {

/// How often what happened; summed up over all runs to show that the simulation sees something.
struct job_counters {
  std::uint64_t accepted = 0;
  std::uint64_t answered = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t retried = 0;
  std::uint64_t undelivered = 0;
  std::uint64_t buried = 0;
  std::uint64_t given_back = 0;
  std::uint64_t handed_back = 0;
  std::uint64_t refused[engine::refusal_count] = {};
};

class job_ledger {
public:
  /// Without `in_order` a client's requests may come to a queue in any order, as a router likes.
  job_ledger(const engine::queue_config& config, violations& findings, bool in_order = true)
      : config_(config), findings_(findings), in_order_(in_order) {}

  // -- sessions -----------------------------------------------------------------------------------

  void accepted(job_id id);
  void answered(job_id id);
  void refused(job_id id, engine::refusal reason);
  void cancelled(job_id id);
  void refused_at_door(engine::refusal reason) noexcept;
  void session_ended(peer_id client);

  // -- queues -------------------------------------------------------------------------------------

  void queued(const std::string& service, const engine::job& what);
  /// A queue gives a job back, to be routed anew.
  void given_back(const std::string& service, const engine::job& what);
  /// A queue gives back a job that only one worker was to have.
  void handed_back(const std::string& service, const engine::job& what);
  void assigned(const std::string& service, const engine::assign_to_sink& what, time_point now);
  /// A queue's word for a session, at `now`.
  void let_go(const std::string& service, job_id id, std::optional<engine::refusal> reason,
              time_point now);
  /// A queue's note of a job that it refuses next, as it was tried so often.
  void buried(const std::string& service, job_id id, attempt_number attempts);
  void cancelled_in_queue(const std::string& service, job_id id);
  /// A sink's final answer, which the queue may believe or not.
  void sink_answered(const std::string& service, sink_id sink, job_id id, attempt_number attempt);
  void sink_lost(const std::string& service, sink_id sink, const std::vector<job_id>& undelivered);
  void queue_ended(const std::string& service);

  // -- what it comes to ---------------------------------------------------------------------------

  /// Whether `queue` holds what it should.
  void compare(const std::string& service, const engine::service_queue& queue);

  [[nodiscard]] std::size_t open() const noexcept { return open_.size(); }
  [[nodiscard]] std::size_t in_queues() const noexcept;
  [[nodiscard]] std::size_t footprint_in_queues() const noexcept;
  [[nodiscard]] const job_counters& counters() const noexcept { return counters_; }

  /// The broker's process is gone, and with it all that it knew (7-42).
  void forget_all();

private:
  struct queued_entry {
    std::size_t footprint = 0;
    time_point deadline = never;
    attempt_number attempt = 0;
    std::optional<sink_id> sink;
    bool is_cancelled = false;
    bool came_back = false;
  };

  struct queue_account {
    std::map<job_id, queued_entry> jobs;
    std::map<peer_id, std::uint64_t> last_tried; // the latest sequence number of each client
    std::size_t footprint = 0;
  };

  void close(job_id id, const char* how);
  void take_back(const std::string& service, const engine::job& what);
  void remove(queue_account& account, job_id id);

  engine::queue_config config_;
  violations& findings_;
  bool in_order_;
  std::map<job_id, bool> open_; // at the sessions
  std::map<std::string, queue_account> queues_;
  job_counters counters_;
};

/// "c7.3": the third request of client 7.
[[nodiscard]] std::string name_of(job_id id);

} // namespace mdp::sim
