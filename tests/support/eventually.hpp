#pragma once

#include <chrono>
#include <thread>

namespace mdp::test {

/// How long a test waits for what must happen before it calls it lost. Only a failing test takes
/// that long, so it is generous: a loaded machine under a sanitizer is slow.
inline constexpr std::chrono::seconds patience{20};

/// Waits until `holds()` is true, asking again and again; false when it is not within the time.
/// What it waits for happens in other threads or processes.
template <class Predicate>
[[nodiscard]] bool eventually(Predicate&& holds, std::chrono::milliseconds within = patience) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline)
      return holds(); // the machine may have slept for longer than we meant to
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

} // namespace mdp::test
