#pragma once

#include "mdp/defaults.hpp"
#include "mdp/engine/job.hpp"
#include "mdp/engine/service_catalog.hpp"
#include "mdp/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What becomes of a request whose attempts were used up.
///
///     who died                                  | a letter | handed on
///     ------------------------------------------+----------+------------------------------------
///     the broker's own request                  | no       | no: that is the end of it
///     a mirrored copy of a request              | no       | no: it has no client to lose it
///     one that was for the dead-letter service  | yes      | no, or there would be loops
///     any, where there is no such service       | yes      | no
///     any, while the broker stops               | yes      | lost: stopping
///     any, when there is no room for its queue  | yes      | lost: too_many_services
///     any other                                 | yes      | yes, behind the name of its service
///
/// What is handed on is a request of the broker's own: nobody waits for its answer. The loss of one
/// that was handed on is its queue's to count; a letter is noted by `dead_letters`.
///
/// The owner asks the catalog about service() and calls judge() for each death, carries out what that
/// says, and calls stop() when the broker takes nothing more.
namespace mdp::engine {

/// Who asks when the broker itself does. No client ever has this id.
inline constexpr peer_id broker_itself{0};

/// A request of the broker's own is shown to workers under this client address.
inline constexpr std::string_view broker_address = "mdp.dead-letter";

class dead_letter_office {
public:
  struct decision {
    bool is_letter = false;      ///< It counts as one, and is to be noted.
    std::optional<job> again;    ///< To be submitted to service().
    std::optional<refusal> lost; ///< Why it is not, although it should be.
  };

  /// `service` is where dead letters go; empty if nowhere.
  explicit dead_letter_office(std::string service, duration ttl = defaults::dead_letter_ttl)
      : service_(std::move(service)), ttl_(ttl) {}

  [[nodiscard]] const std::string& service() const noexcept { return service_; }

  /// `what` of `service` has died; `room` is the catalog's verdict about service().
  [[nodiscard]] decision judge(const std::string& service, const job& what, name_verdict room,
                               time_point now);

  /// Nothing is handed on any more.
  void stop() noexcept { is_stopping_ = true; }

private:
  std::string service_;
  duration ttl_;
  std::uint64_t handed_on_ = 0;
  bool is_stopping_ = false;
};

} // namespace mdp::engine
