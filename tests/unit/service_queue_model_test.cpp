#include "mdp/engine/service_queue.hpp"
#include "mdp/overload.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

// A queue against a naive model of itself under random calls: after each call both agree on what
// waits, what is in flight and where, and every request has left once or not at all.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr std::size_t max_waiting = 20;
constexpr attempt_number max_attempts = 3;

queue_config small_config(dispatch policy) {
  queue_config config;
  config.dispatch.policy = policy;
  config.max_requests = max_waiting;
  config.attempts = max_attempts;
  return config;
}

/// What the model knows of a request that is here.
struct modelled_job {
  std::size_t footprint = 0;
  attempt_number attempt = 0;
  std::optional<sink_id> sink;
  bool is_cancelled = false;
  std::optional<sink_id> only{};
};

class modelled_queue {
public:
  modelled_queue(unsigned seed, dispatch policy)
      : random_(seed),
        fills_evenly_(policy != dispatch::least_loaded && policy != dispatch::sticky),
        queue_(small_config(policy)) {}

  void run(int calls) {
    for (int i = 0; i < calls; ++i) {
      now_ += std::chrono::milliseconds(number(500));
      call();
      compare();
    }
    wind_down();
  }

private:
  std::uint64_t number(std::uint64_t below) { return random_() % below; }

  void call() {
    switch (number(40)) {
    case 39:
      return queue_.yield_waiting();
    case 38:
    case 37:
    case 36:
      return submit_to(any_sink().value_or(sink_id{1'000}));
    default:
      break;
    }
    switch (number(11)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return submit();
    case 4:
      return cancel(any_job());
    case 5:
      return add_sink();
    case 6:
      return remove_sink(any_sink());
    case 7:
      return queue_.tick(now_);
    case 8:
      return queue_.report_load(any_sink().value_or(sink_id{1}),
                                static_cast<std::uint32_t>(number(3000)));
    default:
      return finish(any_job(), number(4) == 0);
    }
  }

  void submit() {
    const auto client = 1 + number(4);
    auto what = job_of(client, ++sequence_, now_ + std::chrono::seconds(number(20)));
    what.urgency = static_cast<priority>(number(priority_count));
    jobs_[what.id] = {what.footprint(), 0, std::nullopt, false};
    queue_.submit(std::move(what), now_);
  }

  void submit_to(sink_id sink) {
    const auto client = 1 + number(4); // by itself: compilers differ in whose turn is first
    auto what = job_of(client, ++sequence_, now_ + std::chrono::seconds(number(20)));
    jobs_[what.id] = {what.footprint(), 0, std::nullopt, false, sink};
    queue_.submit_to(sink, std::move(what), now_);
  }

  void cancel(std::optional<job_id> id) {
    if (!id)
      return;
    queue_.cancel(*id);
    auto& job = jobs_.at(*id);
    job.is_cancelled = true;
    if (!job.sink)
      jobs_.erase(*id);
  }

  void add_sink() {
    const auto capacity = 1 + static_cast<std::uint32_t>(number(4));
    sinks_.emplace(sink_id{++last_sink_}, capacity);
    queue_.add_sink(sink_id{last_sink_}, capacity, now_);
  }

  void remove_sink(std::optional<sink_id> sink) {
    if (!sink)
      return;
    sinks_.erase(*sink);
    for (auto entry = jobs_.begin(); entry != jobs_.end();) {
      auto& job = entry->second;
      const bool is_back = job.sink == sink;
      if (is_back)
        job.sink.reset();
      entry = is_back && job.is_cancelled ? jobs_.erase(entry) : std::next(entry);
    }
    queue_.remove_sink(*sink, now_);
  }

  /// Answers a request from where it is, or with something `stale` about it.
  void finish(std::optional<job_id> id, bool stale) {
    if (!id)
      return;
    const auto job = jobs_.at(*id);
    const auto sink = job.sink.value_or(sink_id{1});
    if (stale || !job.sink) {
      queue_.finish(sink, *id, job.sink ? job.attempt + 1 : job.attempt, body({"x"}), now_);
      return;
    }
    if (!job.is_cancelled)
      expects_answer_ = id;
    jobs_.erase(*id); // its room is free before its answer is on its way
    queue_.finish(sink, *id, job.attempt, body({"x"}), now_);
  }

  /// Takes over what the queue has decided and checks that it might.
  void compare() {
    queue_.actions().drain([this](queue_action&& action) {
      std::visit(overload{
                   [this](const assign_to_sink& assign) {
                     auto& job = jobs_.at(assign.id);
                     REQUIRE_FALSE(job.sink.has_value());
                     REQUIRE(sinks_.contains(assign.sink));
                     REQUIRE(assign.attempt == ++job.attempt);
                     REQUIRE(assign.attempt <= max_attempts);
                     if (job.only)
                       REQUIRE(assign.sink == job.only);
                     else
                       check_choice(assign.sink);
                     job.sink = assign.sink;
                   },
                   [this](const answer_client& answer) {
                     REQUIRE(std::exchange(expects_answer_, std::nullopt) == answer.id);
                   },
                   [this](const refuse_client& refused) {
                     REQUIRE_FALSE(jobs_.at(refused.id).is_cancelled);
                     REQUIRE(jobs_.erase(refused.id) == 1);
                   },
                   [this](const bury_job& dead) {
                     REQUIRE(dead.attempts == max_attempts);
                     REQUIRE(jobs_.at(dead.what.id).attempt == max_attempts);
                   },
                   [this](const return_job& back) {
                     const auto entry = jobs_.find(back.what.id);
                     REQUIRE(entry != jobs_.end());
                     REQUIRE_FALSE(entry->second.sink.has_value());
                     REQUIRE_FALSE(entry->second.only.has_value());
                     REQUIRE(back.what.attempts == entry->second.attempt);
                     jobs_.erase(entry);
                   },
                   [this](const return_pinned& back) {
                     const auto entry = jobs_.find(back.what.id);
                     REQUIRE(entry != jobs_.end());
                     REQUIRE(entry->second.only.has_value());
                     REQUIRE_FALSE(sinks_.contains(*entry->second.only));
                     REQUIRE(back.what.attempts == entry->second.attempt);
                     REQUIRE(back.what.attempts < max_attempts);
                     jobs_.erase(entry);
                   },
                 },
                 action);
    });
    REQUIRE_FALSE(expects_answer_.has_value());
    compare_numbers();
  }

  /// Whoever is chosen has room, and holds no more than the others with room if the policy says so.
  void check_choice(sink_id chosen) {
    std::map<sink_id, std::uint32_t> held;
    for (const auto& [id, job] : jobs_)
      if (job.sink)
        ++held[*job.sink];
    REQUIRE(held[chosen] < sinks_.at(chosen));
    if (fills_evenly_)
      for (const auto& [sink, capacity] : sinks_)
        REQUIRE((held[sink] >= capacity || held[sink] >= held[chosen]));
  }

  void compare_numbers() {
    std::size_t in_flight = 0;
    std::size_t footprint = 0;
    std::size_t wait_for_any = 0;
    std::map<sink_id, std::uint32_t> held;
    for (const auto& [id, job] : jobs_) {
      footprint += job.footprint;
      in_flight += job.sink ? 1 : 0;
      wait_for_any += !job.sink && !job.only ? 1 : 0;
      if (job.sink)
        ++held[*job.sink];
    }
    bool has_room = false;
    for (const auto& [sink, capacity] : sinks_) {
      REQUIRE(held[sink] <= capacity);
      has_room = has_room || held[sink] < capacity;
    }
    REQUIRE(queue_.in_flight() == in_flight);
    REQUIRE(queue_.waiting() == jobs_.size() - in_flight);
    REQUIRE(queue_.footprint() == footprint);
    REQUIRE(queue_.sinks() == sinks_.size());
    REQUIRE_FALSE(queue_.is_stuck());
    REQUIRE_FALSE((has_room && wait_for_any > 0));
    for (const auto& [id, job] : jobs_)
      if (!job.sink && job.only)
        REQUIRE(held[*job.only] == sinks_.at(*job.only));
    REQUIRE((queue_.waiting() == 0) == (queue_.next_deadline() == never));
  }

  /// Time passes and all workers go: nothing is left.
  void wind_down() {
    while (!sinks_.empty()) {
      remove_sink(any_sink());
      compare();
    }
    now_ += 1h;
    queue_.tick(now_);
    compare();
    CHECK(jobs_.empty());
    CHECK(queue_.is_idle());
    CHECK(queue_.footprint() == 0);
  }

  template <class Key, class Value>
  std::optional<Key> any_of(const std::map<Key, Value>& table) {
    if (table.empty())
      return std::nullopt;
    return std::next(table.begin(), static_cast<std::ptrdiff_t>(number(table.size())))->first;
  }
  std::optional<job_id> any_job() { return any_of(jobs_); }
  std::optional<sink_id> any_sink() { return any_of(sinks_); }

  std::mt19937 random_;
  bool fills_evenly_;
  service_queue queue_;
  time_point now_ = at(0s);
  std::uint64_t sequence_ = 0;
  std::uint64_t last_sink_ = 0;
  std::optional<job_id> expects_answer_; // of this one, in the same step
  std::map<job_id, modelled_job> jobs_;
  std::map<sink_id, std::uint32_t> sinks_;
};

} // namespace

TEST_CASE("a queue does what a naive model of it does, call by call") {
  for (std::size_t policy = 0; policy < dispatch_count; ++policy)
    for (unsigned seed = 1; seed <= 50; ++seed) {
      CAPTURE(policy);
      CAPTURE(seed);
      modelled_queue(seed, static_cast<dispatch>(policy)).run(500);
    }
}
