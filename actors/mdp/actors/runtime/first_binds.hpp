#pragma once

#include "mdp/actors/io/io_actor.hpp"

#include <cstddef>
#include <future>
#include <mutex>
#include <string>

namespace mdp::actors {

/// What a runtime's start waits for: that all loops are bound, or that one of them is not. Thread-safe.
class first_binds {
public:
  explicit first_binds(std::size_t loops) : missing_(loops) {}

  void note(const bind_error* failure) {
    const std::lock_guard lock(mutex_);
    if (missing_ == 0)
      return;
    missing_ = failure == nullptr ? missing_ - 1 : 0;
    if (missing_ == 0)
      outcome_.set_value(failure == nullptr
                           ? std::string{}
                           : "cannot bind " + failure->endpoint + ": " + failure->reason.message());
  }

  /// What is wrong; empty: nothing. Once.
  [[nodiscard]] std::future<std::string> outcome() { return outcome_.get_future(); }

private:
  std::mutex mutex_;
  std::size_t missing_;
  std::promise<std::string> outcome_;
};

} // namespace mdp::actors
