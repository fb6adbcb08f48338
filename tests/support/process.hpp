#pragma once

#include <sys/types.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace mdp::test {

/// A program of ours as a process of its own, to be stopped, frozen and killed. What it prints goes to
/// a file that a failing test can show. Killed at the latest when this object ends.
class process {
public:
  /// Starts `MDP_BIN_DIR/program` with `arguments`.
  process(const std::string& program, const std::vector<std::string>& arguments);
  ~process();
  process(process&& other) noexcept;
  process& operator=(process&& other) noexcept;

  void send_signal(int number) const;
  /// SIGKILL, and waits until it is gone.
  void kill();
  /// SIGTERM, then waits for the end: the exit code, or 128 + the signal's number; nothing when it
  /// does not end within the tests' patience (it is killed then).
  std::optional<int> terminate();
  /// Waits for the end, as terminate() does.
  std::optional<int> wait();

  [[nodiscard]] bool is_running();
  /// What it has printed so far.
  [[nodiscard]] std::string output() const;

private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  std::string log_;
};

/// A folder of its own that goes with this object.
class temporary_folder {
public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

} // namespace mdp::test
