#pragma once

#include "mdp/message.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <cstdio>
#include <deque>
#include <string>
#include <utility>

namespace mdp::sim {

/// The last events of a run, for whoever has to find out what went wrong. Off in the usual run, as
/// writing lines takes longer than simulating; a run that failed is run again with it.
class trace {
public:
  /// Keeps the last `keep` lines; prints all of them at once if `is_loud`.
  explicit trace(std::size_t keep = 0, bool is_loud = false) : keep_(keep), is_loud_(is_loud) {}

  void set_time(time_point now) noexcept { now_ = now; }

  /// Notes what `line` says; it is not even asked when nobody is interested.
  template <class Line>
  void note(Line&& line) {
    if (keep_ > 0 || is_loud_)
      add(std::forward<Line>(line)());
  }

  [[nodiscard]] const std::deque<std::string>& lines() const noexcept { return lines_; }

private:
  void add(std::string line) {
    char when[32];
    const auto seconds = std::chrono::duration<double>(now_.time_since_epoch()).count();
    std::snprintf(when, sizeof when, "%11.6f  ", seconds);
    line.insert(0, when);
    if (is_loud_)
      std::fprintf(stderr, "%s\n", line.c_str());
    lines_.push_back(std::move(line));
    if (lines_.size() > keep_)
      lines_.pop_front();
  }

  std::size_t keep_;
  bool is_loud_;
  time_point now_{};
  std::deque<std::string> lines_;
};

/// A peer's bytes for a line of the trace: text as it is, anything else in hexadecimal.
inline std::string shown(const frame& bytes) {
  constexpr std::size_t enough = 40;
  std::string text(bytes.text());
  for (const char c : bytes.text())
    if (c < 0x20 || c > 0x7e)
      text = "#" + bytes.hex();
  return text.size() <= enough ? text : text.substr(0, enough) + "...";
}

inline std::string shown(const message& frames) {
  std::string line;
  for (const auto& f : frames)
    line.append("[").append(shown(f)).append("]");
  return line;
}

} // namespace mdp::sim
