#pragma once

#include "mdp/engine/job.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>

namespace mdp::engine {

/// A job as the queue keeps it from acceptance to its end. Lives in the queue's table, which does
/// not move it; the links belong to `pending_jobs` while it waits, to `sink_table` in flight.
struct queued_job {
  job what;
  std::uint64_t order = 0;     ///< The how-manieth job of the queue: its place when it comes back.
  time_point accepted_at;      ///< When it came; how long it has been here says nothing else.
  attempt_number attempt = 0;  ///< Tries begun so far; 0 until it is first assigned.
  bool is_cancelled = false;   ///< Its client has gone while it was in flight.
  std::size_t footprint = 0;   ///< Counted once, as it does not change.
  std::optional<sink_id> sink; ///< Who works on it; nobody while it waits.
  std::optional<sink_id> only; ///< Who alone may work on it; nothing: anybody.

  queued_job* previous = nullptr;
  queued_job* next = nullptr;
};

/// The order in which waiting jobs are served. Clients take turns, one job each a round; a client's
/// own jobs keep their order (7-3). Who comes while a round is on is served in that round, before
/// those that have had their turn: one client that floods the queue makes another wait for no more
/// than the job that is being worked on. As many may come so as were there when the round began,
/// and a few; the others wait for the next one, so that newcomers without end cannot keep it away.
///
/// While all who wait have `defaults::long_turn` jobs waiting or more, so many are a turn: answers that are ready
/// together go to one client then, and cost one system call instead of several. Such a turn is over
/// when somebody comes who had nothing waiting.
///
/// Jobs that come back because their worker was lost go before all others, oldest first (T13). Holds
/// pointers only: whoever owns the jobs must take them out before it destroys them. All operations
/// but sweeping are constant time (the returned ones: logarithmic).
class pending_jobs {
public:
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  /// Adds a new job behind the others of its client.
  void add(queued_job& job);

  /// Adds a job that was given out and came back.
  void put_back(queued_job& job);

  /// Takes the job whose turn it is; null when none waits.
  queued_job* take();

  /// Takes one particular job that waits here.
  void remove(queued_job& job);

  /// The one that came before all others; null when none waits. Looks at each client's first.
  [[nodiscard]] const queued_job* oldest() const noexcept;

  /// Takes all jobs whose deadline has passed at `now`, in one sweep, and hands each to `visit`,
  /// which may destroy it. Jobs of one client expire in order, so only the heads are looked at.
  template <class Visitor>
  void take_expired(time_point now, Visitor&& visit) {
    for (auto entry = returned_.begin(); entry != returned_.end();) {
      const auto current = entry++;
      auto& job = *current->second;
      if (job.what.deadline > now)
        continue;
      returned_.erase(current);
      --count_;
      visit(job);
    }
    for (auto* round : {&this_round_, &next_round_})
      for (auto line = round->begin(); line != round->end();) {
        while (line->head != nullptr && line->head->what.deadline <= now) {
          auto& job = *line->head;
          unlink(*line, job);
          visit(job);
        }
        const auto current = line++;
        if (current->head == nullptr)
          remove_line(current);
      }
  }

private:
  struct client_line {
    peer_id client;
    queued_job* head = nullptr;
    queued_job* tail = nullptr;
    std::size_t size = 0;
    bool is_in_this_round = false;
  };
  using lines = std::list<client_line>;

  lines::iterator add_line(peer_id client);
  lines::iterator next_line();
  void begin_round_if_over();
  void end_turn();
  void resize(client_line& line, std::size_t size) noexcept;

  void unlink(client_line& line, queued_job& job) noexcept;
  void remove_line(lines::iterator line);

  std::size_t count_ = 0;
  std::map<std::uint64_t, queued_job*> returned_;
  lines this_round_; // clients whose turn is still to come; the front one is next
  lines next_round_; // clients that wait for the next round, or had their turn and nothing more
  std::size_t newcomers_left_ = 0; // how many may still join this round
  std::size_t left_in_turn_ = 0;   // of the front line of this round, once its turn has begun
  std::size_t short_lines_ = 0;    // of those who wait: with too few for a long turn
  lines spare_; // a used node, so that a client with one job at a time costs no allocation
  std::unordered_map<peer_id, lines::iterator> by_client_;
};

} // namespace mdp::engine
