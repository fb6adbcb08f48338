#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

/// Names that stand for many: a beginning and a `*` at the end. `image.*` fits `image.scale` and
/// `image.a.b`, but neither `image.` nor `image`; `*` alone fits everything that is not reserved.
/// Among several patterns that fit, the longest counts.
namespace mdp::engine {

[[nodiscard]] constexpr bool is_pattern(std::string_view name) noexcept {
  return name.ends_with('*');
}

/// Whether `pattern` fits `name`. A pattern fits no pattern, itself included.
[[nodiscard]] constexpr bool fits(std::string_view pattern, std::string_view name) noexcept {
  if (!is_pattern(pattern) || is_pattern(name))
    return false;
  pattern.remove_suffix(1);
  return name.size() > pattern.size() && name.starts_with(pattern);
}

/// Whether a rule for `rule` is one for `name`: the same name, a pattern that fits, or `*`, which here
/// stands for whatever there is, the empty name included.
[[nodiscard]] constexpr bool covers(std::string_view rule, std::string_view name) noexcept {
  return rule == "*" || rule == name || fits(rule, name);
}

/// Calls `find(pattern)` with the patterns that fit `name`, the longest first, until it gives
/// something; nothing for none. `longest` bounds them, for who knows the longest pattern there is.
template <class Find>
[[nodiscard]] auto find_pattern(std::string_view name, std::size_t longest, Find&& find)
  -> decltype(find(std::string())) {
  if (is_pattern(name) || longest == 0)
    return {};
  auto pattern = std::string(name.substr(0, std::min(longest, name.size()) - 1)).append(1, '*');
  for (;; pattern.erase(pattern.size() - 2, 1)) {
    if (auto found = find(pattern))
      return found;
    if (pattern.size() == 1)
      return {};
  }
}

} // namespace mdp::engine
