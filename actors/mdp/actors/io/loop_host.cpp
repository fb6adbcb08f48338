#include "mdp/actors/io/loop_host.hpp"

#include "mdp/actors/compat/loop_unit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/io/batch_credit.hpp"
#include "mdp/actors/io/loop_sink.hpp"
#include "mdp/actors/io/socket_loop.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/defaults.hpp"
#include "mdp/peers/peer_defaults.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace mdp::actors::io {

/// One loop with its execution unit: the only class that knows both sides.
class loop_host::hosted_loop final : public loop_sink {
public:
  hosted_loop(caf::actor_system& system, io_actor owner,
              std::shared_ptr<const std::atomic<std::size_t>> adoptions)
      : unit_(system, [this] { loop_.commands().wake().signal(); }),
        owner_(std::move(owner)),
        adoptions_(std::move(adoptions)),
        loop_(*this) {
    loop_.start();
  }

  void on_reports(std::vector<loop_report> reports, std::size_t bytes) override {
    const auto weight = reports.size() + bytes / defaults::load_unit_bytes;
    post_on(unit_, owner_,
            loop_reported{std::move(reports), std::make_shared<batch_credit>(load_, weight)});
  }

  [[nodiscard]] bool has_room() const noexcept override {
    return *load_ < defaults::max_open_load && *adoptions_ < defaults::max_open_adoptions;
  }

  bool run_pending() override { return unit_.run(); }

  [[nodiscard]] time_point next_due() const noexcept override { return unit_.timers()->next_due(); }

  void on_stopped(loop_end reason, std::string what) override {
    unit_.hand_over();
    // Not through the unit: nobody will run it any more. The handle goes, as the owner keeps us.
    post(std::exchange(owner_, nullptr), loop_ended{reason, std::move(what)});
    has_ended_ = true;
  }

  [[nodiscard]] outbox& commands() noexcept { return loop_.commands(); }
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }
  [[nodiscard]] std::size_t load() const noexcept { return *load_; }

private:
  loop_unit unit_;
  io_actor owner_;
  std::shared_ptr<std::atomic<std::size_t>> load_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::shared_ptr<const std::atomic<std::size_t>> adoptions_;
  std::atomic<bool> has_ended_{false};
  socket_loop loop_; // last: its thread uses the others
};

loop_host::loop_host(caf::actor_system& system) : system_(system) {}

loop_host::~loop_host() = default;

outbox& loop_host::start(io_actor owner) {
  const std::lock_guard guard(mutex_);
  std::erase_if(loops_, [](const auto& loop) { return loop->has_ended(); });
  return loops_.emplace_back(std::make_unique<hosted_loop>(system_, std::move(owner), adoptions_))
    ->commands();
}

std::size_t loop_host::load() const {
  const std::lock_guard guard(mutex_);
  std::size_t sum = 0;
  for (const auto& loop : loops_)
    sum += loop->load();
  return sum;
}

} // namespace mdp::actors::io
