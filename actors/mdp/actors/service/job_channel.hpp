#pragma once

#include "mdp/actors/messages.hpp"
#include "mdp/actors/service/begun_jobs.hpp"
#include "mdp/service/responder.hpp"

#include <memory>

namespace mdp::actors {

/// Carries the answers to one job to whoever has assigned it.
class job_channel final : public answer_channel {
public:
  /// `begun` is the service's, or null for one that keeps no such book.
  job_channel(sink_accepted by, job_id id, attempt_number attempt,
              std::shared_ptr<begun_jobs> begun);

  [[nodiscard]] bool is_open() const noexcept override;
  void send(message body, bool is_final) override;

private:
  sink_accepted by_;
  job_id id_;
  attempt_number attempt_;
  std::shared_ptr<begun_jobs> begun_;
};

} // namespace mdp::actors
