#pragma once

#include "mdp/protobuf/rpc_dispatcher.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace mdp::detail {

class server_call;

/// What a dispatcher and its calls have in common, and calls may need when the dispatcher is gone:
/// who is open, until when, and the counters. Thread-safe.
class rpc_desk {
public:
  explicit rpc_desk(const rpc_limits& limits) : limits_(limits) {}

  [[nodiscard]] const rpc_limits& limits() const noexcept { return limits_; }

  /// Takes a place for a call, until leave(); false when there is none.
  [[nodiscard]] bool enter();
  void leave();

  /// The call waits for its method; false after stop(). Its number is for close().
  [[nodiscard]] std::optional<std::uint64_t> open(std::shared_ptr<server_call> call,
                                                  time_point now);
  /// It has been answered.
  void close(std::uint64_t number);

  /// Takes out the calls whose time is over, all of them after stop().
  [[nodiscard]] std::vector<std::shared_ptr<server_call>> take_expired(time_point now);
  [[nodiscard]] std::vector<std::shared_ptr<server_call>> stop();

  void count(std::uint64_t rpc_counters::*counter);

  [[nodiscard]] time_point next_deadline() const;
  [[nodiscard]] std::size_t places_taken() const;
  [[nodiscard]] rpc_counters counters() const;

private:
  struct open_call {
    std::shared_ptr<server_call> call;
    time_point deadline;
  };

  const rpc_limits limits_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, open_call> open_; // in the order they came, which is that of deadlines
  std::uint64_t next_number_ = 0;
  std::size_t places_taken_ = 0;
  bool is_stopped_ = false;
  rpc_counters counters_;
};

} // namespace mdp::detail
