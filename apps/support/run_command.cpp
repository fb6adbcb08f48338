#include "support/run_command.hpp"

#include "support/child_process.hpp"
#include "support/option_values.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>
#include <optional>

namespace mdp::apps {

namespace {

using clock = std::chrono::steady_clock;

/// One run: input and output move at the same time, so that neither side can wait for the other.
class command_run {
public:
  command_run(child_process child, const message& input, const command_limits& limits,
              const stop_flag& stopping)
      : child_(std::move(child)),
        input_(input),
        limits_(limits),
        stopping_(stopping),
        deadline_(clock::now() + limits.timeout) {}

  tl::expected<std::string, std::string> finish() {
    while (true) {
      write_input();
      pollfd events[] = {{child_.ended_fd(), POLLIN, 0},
                         {stopping_.fd(), POLLIN, 0},
                         {child_.output.get(), POLLIN, 0},
                         {child_.input.get(), POLLOUT, 0}};
      const auto left = deadline_ - clock::now();
      poll(events, std::size(events), milliseconds_of(left));
      read_output();
      if (output_.size() > limits_.max_output_bytes)
        return give_up("wrote more than " + std::to_string(limits_.max_output_bytes) + " bytes");
      if (events[0].revents != 0)
        return end();
      if (events[1].revents != 0)
        return give_up("was ended because the worker is stopping");
      if (left <= clock::duration::zero())
        return give_up("took longer than " + readable_duration(limits_.timeout));
    }
  }

private:
  static int milliseconds_of(clock::duration left) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<decltype(ms)>(ms, 0, std::numeric_limits<int>::max()));
  }

  void write_input() {
    while (child_.input) {
      if (next_frame_ == input_.size())
        return child_.input.close();
      const auto rest = input_[next_frame_].text().substr(written_);
      if (!rest.empty()) {
        const auto count = write(child_.input.get(), rest.data(), rest.size());
        if (count < 0) {
          if (errno != EAGAIN && errno != EINTR)
            child_.input.close(); // it does not want to read: its own business
          return;
        }
        written_ += static_cast<std::size_t>(count);
      }
      if (written_ == input_[next_frame_].size()) {
        ++next_frame_;
        written_ = 0;
      }
    }
  }

  /// Takes what is there, and a little more than is allowed at most.
  void read_output() {
    std::array<char, 65536> buffer{};
    while (child_.output && output_.size() <= limits_.max_output_bytes) {
      const auto count = read(child_.output.get(), buffer.data(), buffer.size());
      if (count > 0)
        output_.append(buffer.data(), static_cast<std::size_t>(count));
      else if (count == 0)
        child_.output.close();
      else if (errno != EINTR)
        return;
    }
  }

  /// It has ended, and all that it wrote has been read or is in the pipe.
  tl::expected<std::string, std::string> end() {
    read_output();
    if (output_.size() > limits_.max_output_bytes)
      return give_up("wrote more than " + std::to_string(limits_.max_output_bytes) + " bytes");
    if (auto how = child_.reap(); !how.empty())
      return tl::unexpected(std::move(how));
    return std::move(output_);
  }

  tl::expected<std::string, std::string> give_up(std::string why) {
    child_.input.close();
    child_.output.close();
    child_.ask_to_end(limits_.kill_grace);
    child_.reap();
    return tl::unexpected(std::move(why));
  }

  child_process child_;
  const message& input_;
  const command_limits& limits_;
  const stop_flag& stopping_;
  clock::time_point deadline_;
  std::size_t next_frame_ = 0;
  std::size_t written_ = 0; // of the next frame
  std::string output_;
};

} // namespace

tl::expected<std::string, std::string> run_command(const std::vector<std::string>& arguments,
                                                   const message& input,
                                                   const command_limits& limits,
                                                   const stop_flag& stopping) {
  const auto named = [&](const std::string& failure) {
    return tl::unexpected(arguments[0] + ' ' + failure);
  };
  auto child = child_process::start(arguments);
  if (!child)
    return named(child.error());
  auto result = command_run(std::move(*child), input, limits, stopping).finish();
  if (!result)
    return named(result.error());
  return result;
}

} // namespace mdp::apps
