#include "support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

namespace mdp::apps {

namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// The groups that live, for end_all(). An id stands here from its start until just before it is
/// reaped, so that a signal never reaches a stranger who got the same id.
struct living_groups {
  std::mutex mutex;
  std::set<pid_t> ids;
  bool is_closed = false;

  void forget(pid_t id) {
    const std::lock_guard guard(mutex);
    ids.erase(id);
  }
};

living_groups& living() {
  static living_groups instance;
  return instance;
}

struct pipe_ends {
  unique_fd read;
  unique_fd write;
};

/// Close-on-exec from the first moment: another thread may start a program at any time.
bool make_pipe(pipe_ends& ends) noexcept {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0)
    return false;
  ends = {unique_fd(fds[0]), unique_fd(fds[1])};
  return true;
}

/// What is to be different in the child. Its functions fail only for want of memory.
class spawn_plan {
public:
  spawn_plan(int input, int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    // All of ours are close-on-exec; this is for those that some library forgot to mark.
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes_, 0); // a group of its own
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes_, &set); // we block SIGINT and SIGTERM (signal_watcher)
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &set); // and ignore this one
  }
  ~spawn_plan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  /// 0, or why not.
  int start(const std::vector<std::string>& arguments, pid_t& id) const {
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (const auto& argument : arguments)
      pointers.push_back(const_cast<char*>(argument.c_str())); // exec's old promise not to write
    pointers.push_back(nullptr);
    return posix_spawnp(&id, pointers[0], &actions_, &attributes_, pointers.data(), environ);
  }

private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// glibc 2.36 declares pidfd_open() for C only. Always close-on-exec.
int open_pidfd(pid_t id) noexcept {
  return static_cast<int>(syscall(SYS_pidfd_open, id, 0));
}

void stop_blocking(const unique_fd& fd) noexcept {
  fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

} // namespace

child_process::child_process(pid_t id, unique_fd ended, unique_fd to_input,
                             unique_fd from_output) noexcept
    : input(std::move(to_input)),
      output(std::move(from_output)),
      id_(id),
      ended_(std::move(ended)) {}

child_process::child_process(child_process&& other) noexcept
    : input(std::move(other.input)),
      output(std::move(other.output)),
      id_(std::exchange(other.id_, 0)),
      ended_(std::move(other.ended_)) {}

child_process::~child_process() {
  if (id_ != 0)
    reap();
}

tl::expected<child_process, std::string>
child_process::start(const std::vector<std::string>& arguments) {
  const auto cannot = [](int error) {
    return tl::unexpected("cannot be started: " + reason(error));
  };
  pipe_ends to_child;
  pipe_ends from_child;
  if (!make_pipe(to_child) || !make_pipe(from_child))
    return cannot(errno);
  stop_blocking(to_child.write);
  stop_blocking(from_child.read);
  const spawn_plan plan(to_child.read.get(), from_child.write.get());
  pid_t id = 0;
  {
    const std::lock_guard guard(living().mutex);
    if (living().is_closed)
      return cannot(ECANCELED);
    if (const int error = plan.start(arguments, id); error != 0)
      return cannot(error);
    living().ids.insert(id);
  }
  child_process child(id, unique_fd(open_pidfd(id)), std::move(to_child.write),
                      std::move(from_child.read));
  if (!child.ended_)
    return cannot(errno); // its destructor ends what has just begun
  return child;
}

void child_process::ask_to_end(duration grace) noexcept {
  kill(-id_, SIGTERM);
  pollfd ended{ended_.get(), POLLIN, 0};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(grace).count();
  poll(&ended, 1, static_cast<int>(ms));
}

std::string child_process::reap() {
  // As long as it is not reaped, dead or alive, nobody else can have its id.
  kill(-id_, SIGKILL);
  const auto id = std::exchange(id_, 0);
  living().forget(id);
  int status = 0;
  while (waitpid(id, &status, 0) == -1 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return "was ended by signal " + std::to_string(signal) + " (" + strsignal(signal) + ')';
  }
  const int code = WEXITSTATUS(status);
  return code == 0 ? "" : "exited with code " + std::to_string(code);
}

void child_process::end_all() noexcept {
  const std::lock_guard guard(living().mutex);
  living().is_closed = true;
  for (const auto id : living().ids)
    kill(-id, SIGKILL);
}

} // namespace mdp::apps
