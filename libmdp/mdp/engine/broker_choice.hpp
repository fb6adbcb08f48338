#pragma once

#include "mdp/engine/backoff.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Which of several brokers a client asks, and when.
///
/// Theory of operation. The brokers are numbered from 0, the first is the one that is wanted. One is
/// *current*: new requests go there. The owner says what it has seen:
///
///     event                       what follows
///     --------------------------  ------------------------------------------------------------------
///     failed(the current one)     the next one in the list is current, behind the last the first
///     failed(another)             -
///     lost(any)                   it is not connected to before a pause is over, which doubles from
///                                 loss to loss; another loss within the pause is the same event
///     answered(the first)         the first is current again
///     answered(another)           -
///
/// `failed` means: it was silent for as long as somebody was willing to wait. `lost` means: a
/// connection that was there has ended, which says nothing about whether the next one will hold.
///
/// A request that was asked in vain goes on at `after(where it was)`: the current one, unless it was
/// asked there.
namespace mdp::engine {

/// See above. Not synchronised.
class broker_choice {
public:
  /// `count` is at least 1: asserted.
  broker_choice(std::size_t count, const backoff_config& pauses, std::uint64_t seed);

  [[nodiscard]] std::size_t count() const noexcept { return brokers_.size(); }
  [[nodiscard]] std::size_t current() const noexcept { return current_; }
  /// Where a request goes on that was asked at `broker` in vain.
  [[nodiscard]] std::size_t after(std::size_t broker) const noexcept;
  /// Before this point in time nobody should connect to `broker`; in the past when all is well.
  [[nodiscard]] time_point not_before(std::size_t broker) const noexcept {
    return brokers_[broker].not_before;
  }

  /// Whether another one is current now.
  bool failed(std::size_t broker) noexcept;
  /// `lasted` is how long the connection went well; zero if nothing was ever heard on it.
  void lost(std::size_t broker, duration lasted, time_point now) noexcept;
  /// Whether the first one is current again, and was not before.
  bool answered(std::size_t broker) noexcept;

private:
  struct one_broker {
    backoff pauses;
    time_point not_before{};
  };

  [[nodiscard]] std::size_t next(std::size_t broker) const noexcept {
    return (broker + 1) % brokers_.size();
  }

  std::vector<one_broker> brokers_;
  std::size_t current_ = 0;
};

} // namespace mdp::engine
