#pragma once

#include "mdp/frame.hpp"
#include "mdp/ids.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace mdp::engine {

/// One attempt of one job that a worker holds.
struct held_job {
  job_id id;
  attempt_number attempt = 0;
  std::uint64_t sent_as = 0; ///< The how-manieth message to this worker it went out with.
  time_point since{};        ///< When it was given to the worker, or last continued.
};

/// The requests a broker has given to one worker, by the address frame the worker will echo. With
/// tokens the address names this attempt of this job, unlike any other in the broker: answers are
/// matched in any order, nothing a worker could write names another client (T7), and what it worked
/// out before it came again under the same routing id names nothing at all (T6). Without, it is the
/// client's own routing id, and RFC 7 allows one at a time.
class outstanding_jobs {
public:
  explicit outstanding_jobs(bool tokens) : tokens_(tokens) {}

  /// Books a job and returns the address frame under which the worker will know it.
  frame add(held_job job, const frame& client_address);

  /// The job that `address` names; nothing if no such job is outstanding.
  [[nodiscard]] std::optional<held_job> find(const frame& address) const;

  /// The same, and that job is answered.
  [[nodiscard]] std::optional<held_job> take(const frame& address);

  /// A part of the answer to the job that `address` names came, if there is such a job.
  void continued(const frame& address, time_point now);

  /// Since when the job has waited that has waited longest; nothing if there is none. Looks at all.
  [[nodiscard]] std::optional<time_point> oldest() const noexcept;

  /// The jobs that went out with message `first` or a later one, in their order.
  [[nodiscard]] std::vector<job_id> sent_since(std::uint64_t first) const;

  [[nodiscard]] std::size_t size() const noexcept { return by_token_.size() + by_address_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

private:
  /// What a token says.
  struct attempt_key {
    job_id id;
    attempt_number attempt = 0;
    friend bool operator==(const attempt_key&, const attempt_key&) = default;
  };
  struct by_job {
    std::size_t operator()(const attempt_key& key) const noexcept {
      return std::hash<job_id>{}(key.id);
    }
  };
  struct addressed_job {
    frame address;
    held_job job;
  };

  static frame write(const attempt_key& key);
  static std::optional<attempt_key> read(const frame& token) noexcept;
  template <class Self>
  static auto* look_up(Self& self, const frame& address) noexcept;
  template <class Visitor>
  void for_each(Visitor&& visit) const;

  bool tokens_;
  std::unordered_map<attempt_key, held_job, by_job> by_token_; // empty without tokens
  std::vector<addressed_job>
    by_address_; // empty with them; of one worker, so that there is hardly more than one
};

} // namespace mdp::engine
