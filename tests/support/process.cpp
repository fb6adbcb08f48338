#include "support/process.hpp"

#include "support/eventually.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

extern char** environ; // POSIX, declared nowhere

namespace mdp::test {

namespace {

std::string bin_dir() {
  const char* set = std::getenv("MDP_BIN_DIR");
  return set != nullptr ? set : "build/bin";
}

std::string make_log() {
  std::string path = std::filesystem::temp_directory_path() / "mdp-test-XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd < 0)
    throw std::runtime_error("no temporary file");
  ::close(fd);
  return path;
}

} // namespace

process::process(const std::string& program, const std::vector<std::string>& arguments)
    : log_(make_log()) {
  const auto path = bin_dir() + "/" + program;
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const auto& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, log_.c_str(), O_WRONLY | O_APPEND, 0);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  const int error = posix_spawn(&pid_, path.c_str(), &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0)
    throw std::runtime_error("cannot start " + path);
}

process::~process() {
  if (pid_ > 0)
    kill();
  if (!log_.empty())
    ::unlink(log_.c_str());
}

process::process(process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      exit_code_(other.exit_code_),
      log_(std::exchange(other.log_, {})) {}

process& process::operator=(process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(exit_code_, other.exit_code_);
  std::swap(log_, other.log_);
  return *this;
}

void process::send_signal(int number) const {
  if (pid_ > 0)
    ::kill(pid_, number);
}

void process::kill() {
  send_signal(SIGKILL);
  send_signal(SIGCONT); // a frozen one dies, too
  static_cast<void>(wait());
}

std::optional<int> process::terminate() {
  send_signal(SIGTERM);
  return wait();
}

std::optional<int> process::wait() {
  if (!eventually([&] { return !is_running(); })) {
    kill();
    return std::nullopt;
  }
  return exit_code_;
}

bool process::is_running() {
  if (pid_ <= 0)
    return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == 0)
    return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return false;
}

std::string process::output() const {
  std::ifstream log(log_);
  return {std::istreambuf_iterator<char>(log), {}};
}

temporary_folder::temporary_folder()
    : path_(std::filesystem::temp_directory_path() / "mdp-test-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr)
    throw std::runtime_error("no temporary folder");
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace mdp::test
