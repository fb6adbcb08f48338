#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/action_list.hpp"
#include "mdp/engine/mmi.hpp"
#include "mdp/engine/service_report.hpp"
#include "mdp/ids.hpp"
#include "mdp/time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Where questions under `mmi.` wait for what they ask about, so that no peer can make the broker
/// count itself all day.
///
///     mmi.service ──► one survey each, of one queue; answered by its report
///     a listing   ──► WAITING ──► the next round ──► answered with all others of that round
///
/// A round asks all queues once, whatever the number of questions, and only if one of them needs it.
/// There is one round at a time, and a pause behind it that grows with what it cost. A question never
/// gets what was counted before it was asked: one that comes during a round is for the next.
///
/// Every question is answered once, at the latest after the patience, with what has come by then: a
/// queue that ends before it reports has nothing to tell. Over the bound of open questions the answer
/// comes at once, and is 503.
///
/// The owner carries out `actions()` after each call, and calls tick() at `next_deadline()`.
namespace mdp::engine {

struct mmi_desk_config {
  std::size_t max_questions = defaults::mmi_max_questions;
  duration patience = defaults::mmi_patience;
  duration pause = defaults::mmi_pause;
  duration pause_per_report = defaults::mmi_pause_per_report;
};

/// Answer a question with this.
struct mmi_reply {
  job_id question;
  message body;
};

/// Ask one queue, or all, to report under `survey`. The owner says first how many will.
struct mmi_survey {
  std::uint64_t survey = 0;
  std::optional<std::string> only;
  bool with_workers = false; ///< The details of each worker, too.
};

/// Answer all of these from these reports, which are sorted by service.
struct mmi_round {
  struct question {
    job_id id;
    mmi_listing wanted{};
  };
  std::vector<question> questions;
  std::vector<service_report> reports;
};

using mmi_action = std::variant<mmi_reply, mmi_survey, mmi_round>;

/// Bounds the answers of one round together, so that small questions cannot make the broker send
/// large documents without end. The first answer always fits; who finds no room is told 503.
class mmi_answer_room {
public:
  explicit mmi_answer_room(std::size_t max_bytes = defaults::mmi_round_max_bytes)
      : max_bytes_(max_bytes) {}

  /// Whether an answer of so many bytes may go, too.
  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    if (taken_ > 0 && bytes > max_bytes_ - std::min(max_bytes_, taken_))
      return false;
    taken_ += bytes;
    return true;
  }

private:
  std::size_t max_bytes_;
  std::size_t taken_ = 0;
};

/// What became of questions. Each only grows.
struct mmi_counters {
  std::uint64_t asked = 0;
  std::uint64_t refused = 0;    ///< badly put, or about what there is not
  std::uint64_t overloaded = 0; ///< too many were open
  std::uint64_t incomplete = 0; ///< answered without all reports
};

class mmi_desk {
public:
  explicit mmi_desk(const mmi_desk_config& config = {}) : config_(config) {}

  void ask(job_id question, std::string_view service, const message& body, time_point now);

  /// So many queues will report; also behind the first reports.
  void on_survey_begun(std::uint64_t survey, std::size_t reports, time_point now);
  void on_report(std::uint64_t survey, service_report report, time_point now);

  void tick(time_point now);
  [[nodiscard]] time_point next_deadline() const noexcept;

  [[nodiscard]] action_list<mmi_action>& actions() noexcept { return actions_; }
  [[nodiscard]] std::size_t open_questions() const noexcept;
  [[nodiscard]] const mmi_counters& counters() const noexcept { return counters_; }

private:
  struct single {
    job_id question;
    time_point deadline;
  };
  struct round { // no initialisers: clang 14 could not make an optional of it in this class then
    std::uint64_t survey;
    time_point deadline;
    std::optional<std::size_t> expected; // known once the registry has counted
    mmi_round result;
  };

  [[nodiscard]] bool admit(job_id question);
  void begin_round(time_point now);
  void finish_round(time_point now);
  void finish_single(std::map<std::uint64_t, single>::iterator entry, std::size_t workers);

  mmi_desk_config config_;
  std::uint64_t last_survey_ = 0;
  std::map<std::uint64_t, single> singles_; // by survey, so by deadline as well
  std::vector<mmi_round::question> waiting_;
  std::optional<round> round_;
  time_point next_round_ = time_point::min();
  mmi_counters counters_;
  action_list<mmi_action> actions_;
};

} // namespace mdp::engine
