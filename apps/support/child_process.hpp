#pragma once

#include "mdp/time.hpp"
#include "support/unique_fd.hpp"

#include <sys/types.h>
#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace mdp::apps {

/// A program that was started without a shell: its standard input and output are pipes to us, its
/// standard error is ours, and it inherits no other descriptor and no blocked or ignored signal. It
/// has a process group of its own, so that a Ctrl-C meant for us does not hit it and an end meant for
/// it hits what it has started. Not synchronised but for end_all().
class child_process {
public:
  /// Starts `arguments[0]`, looked for in PATH, or says why it "cannot be started: ...".
  [[nodiscard]] static tl::expected<child_process, std::string>
  start(const std::vector<std::string>& arguments);

  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&&) = delete;
  /// Kills the group if reap() was not called.
  ~child_process();

  /// Our ends of its standard input and output. Reading and writing do not block; closing is ours.
  unique_fd input;
  unique_fd output;

  /// Becomes readable when the program (not all of its group) has ended; for poll().
  [[nodiscard]] int ended_fd() const noexcept { return ended_.get(); }

  /// Asks the group to end (SIGTERM), and returns when the program has, but no later than that.
  void ask_to_end(duration grace) noexcept;

  /// Kills what is left of the group and takes the program's end: empty if it exited with 0,
  /// otherwise "exited with code 3" or "was ended by signal 9 (Killed)". Once.
  std::string reap();

  /// Kills all groups there are, in any thread's hands, and lets nothing be started any more: for a
  /// program that is about to leave without unwinding. Thread-safe.
  static void end_all() noexcept;

private:
  child_process(pid_t id, unique_fd ended, unique_fd to_input, unique_fd from_output) noexcept;

  pid_t id_; // 0 once reaped; also the group's
  unique_fd ended_;
};

} // namespace mdp::apps
