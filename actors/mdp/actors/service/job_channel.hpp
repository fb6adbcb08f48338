#pragma once

#include "mdp/actors/messages.hpp"
#include "mdp/actors/service/answer_box.hpp"
#include "mdp/actors/service/begun_jobs.hpp"
#include "mdp/actors/service/part_credit.hpp"
#include "mdp/service/responder.hpp"

#include <memory>

namespace mdp::actors {

/// Carries the answers to one job of an in-process service to whoever has assigned it. A part waits until it
/// may be on its way.
class job_channel final : public answer_channel {
public:
  /// None is null; `begun` and `credit` are the service's.
  job_channel(std::shared_ptr<answer_box> box, job_id id, attempt_number attempt,
              std::shared_ptr<begun_jobs> begun, std::shared_ptr<part_credit> credit);

  [[nodiscard]] bool is_open() const noexcept override;
  void send(message body, bool is_final) override;

private:
  std::shared_ptr<answer_box> box_;
  job_id id_;
  attempt_number attempt_;
  std::shared_ptr<begun_jobs> begun_;
  std::shared_ptr<part_credit> credit_;
};

} // namespace mdp::actors
