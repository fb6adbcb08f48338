#pragma once

#include "mdp/engine/service_catalog.hpp"
#include "sim/broker_parts.hpp"
#include "sim/sim_owner.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mdp::sim {

class sim_mmi;

/// The simulated `service_registry`: knows the queues by a service_catalog, and owns them.
class sim_registry {
public:
  explicit sim_registry(broker_parts& broker);
  ~sim_registry();

  // -- letters ------------------------------------------------------------------------------------

  void submit(std::string service, engine::job what, const actor_ref<sim_owner>& session);
  void submit_to_one(const std::string& service, engine::job what,
                     const actor_ref<sim_owner>& session, const frame& routing_id);
  void cancel(const std::string& service, job_id id);
  void register_sink(const engine::offer_service& offer, sink_id id,
                     const actor_ref<sim_connection>& sink);
  void on_queue_idle(const std::string& service, std::uint64_t received);
  void on_staffed(const std::string& service, bool is_staffed);
  void on_survey(std::uint64_t survey, const std::optional<std::string>& only);
  void on_drain();

  [[nodiscard]] const actor_ref<sim_registry>& self() const noexcept { return self_; }
  [[nodiscard]] const std::vector<std::unique_ptr<sim_queue>>& queues() const noexcept {
    return queues_;
  }
  [[nodiscard]] const sim_mmi& mmi() const noexcept { return *mmi_; }
  [[nodiscard]] std::size_t services() const noexcept { return catalog_.size(); }
  [[nodiscard]] bool is_draining() const noexcept { return is_draining_; }

  /// Frees what has ended; not while a letter is being read.
  void clean_up();

private:
  using catalog = engine::service_catalog<sim_queue*>;

  /// The queue that was `found` for `service`, started if there is none; null if there may be no
  /// more.
  [[nodiscard]] sim_queue* queue_at(const catalog::answer& found, const std::string& service);

  broker_parts& broker_;
  actor_ref<sim_registry> self_;
  catalog catalog_;
  std::vector<std::unique_ptr<sim_queue>> queues_;
  std::unique_ptr<sim_mmi> mmi_;
  bool is_draining_ = false;
};

} // namespace mdp::sim
