#pragma once

#include <optional>
#include <string>
#include <utility>

namespace mdp::sim {

/// What was found to be wrong; the first finding counts, the rest may well be its consequence.
class violations {
public:
  void report(std::string what) {
    if (!first_)
      first_ = std::move(what);
  }

  /// Reports `what()` unless `holds`.
  template <class What>
  void require(bool holds, What&& what) {
    if (!holds && !first_)
      first_ = std::forward<What>(what)();
  }

  [[nodiscard]] bool any() const noexcept { return first_.has_value(); }
  [[nodiscard]] const std::optional<std::string>& first() const noexcept { return first_; }

private:
  std::optional<std::string> first_;
};

} // namespace mdp::sim
