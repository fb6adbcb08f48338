#include "support/child_process.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/run_command.hpp"
#include "support/split_command.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace mdp;
using namespace mdp::apps;
using namespace std::chrono_literals;

namespace {

/// Runs command lines; a failure's text is in angle brackets.
class runner {
public:
  runner() {
    ignore_broken_pipes();
    limits.timeout = test::patience;
  }

  std::string run(const std::string& command_line, const message& input = {}) const {
    const auto arguments = split_command(command_line);
    REQUIRE(arguments);
    const auto output = run_command(*arguments, input, limits, stopping);
    return output ? *output : '<' + output.error() + '>';
  }

  command_limits limits;
  stop_flag stopping;
};

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::string shell(const std::string& script) {
  return "sh -c '" + script + "'";
}

/// Whether the process whose id stands in the file lives. A zombie does not.
bool is_alive(const std::string& pid_file) {
  std::string id;
  std::ifstream(pid_file) >> id;
  std::ifstream status("/proc/" + id + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("State:"))
      return line.find('Z') == std::string::npos;
  return false;
}

} // namespace

TEST_CASE("the input's frames go in one behind the other, the output comes back") {
  runner r;
  CHECK(r.run("cat", {frame("ab"), frame(""), frame("c\n")}) == "abc\n");
  CHECK(r.run("cat", {frame("")}).empty());
  CHECK(r.run("cat").empty());
  CHECK(r.run("tr a-z A-Z", {frame("hello")}) == "HELLO");
}

TEST_CASE("much input and much output at the same time do not stand in each other's way") {
  runner r;
  std::string much(8U << 20U, 'x');
  for (std::size_t i = 0; i < much.size(); i += 4096)
    much[i] = static_cast<char>('a' + i / 4096 % 26);
  CHECK(r.run("cat", {frame(much)}) == much);
  CHECK(r.run("cat", {frame(much.substr(0, 1U << 20U)), frame(much.substr(1U << 20U))}) == much);
}

TEST_CASE("a program need not read its input") {
  runner r;
  const std::string much(8U << 20U, 'x');
  CHECK(r.run("echo done", {frame(much)}) == "done\n");
  CHECK(r.run(shell("exec <&-; sleep 0.1; echo done"), {frame(much)}) == "done\n");
}

TEST_CASE("a program may close its output early and go on") {
  runner r;
  CHECK(r.run(shell("echo early; exec >&-; sleep 0.1")) == "early\n");
}

TEST_CASE("a program that fails is told apart by how") {
  runner r;
  CHECK(r.run(shell("echo lost; exit 3")) == "<sh exited with code 3>");
  CHECK(r.run(shell("kill -9 $$")) == "<sh was ended by signal 9 (Killed)>");
  CHECK(r.run("/nonexistent/program") ==
        "</nonexistent/program cannot be started: No such file or directory>");
}

TEST_CASE("a program that takes too long is ended with all that it started") {
  runner r;
  const test::temporary_folder folder;
  const auto pid_file = folder.path() + "/pid";
  r.limits.timeout = 500ms;
  CHECK(r.run(shell("sleep 1000 & echo $! > " + pid_file + "; wait")) ==
        "<sh took longer than 500 ms>");
  CHECK(test::eventually([&] { return !is_alive(pid_file); }));
}

TEST_CASE("a program that does not heed SIGTERM is killed") {
  runner r;
  r.limits.timeout = 200ms;
  r.limits.kill_grace = 50ms;
  CHECK(r.run(shell("trap \"\" TERM; while :; do sleep 0.01; done")) ==
        "<sh took longer than 200 ms>");
}

TEST_CASE("a program that writes too much is ended") {
  runner r;
  r.limits.max_output_bytes = 100'000;
  CHECK(r.run("yes") == "<yes wrote more than 100000 bytes>");
  CHECK(r.run("head -c 100001 /dev/zero") == "<head wrote more than 100000 bytes>");
  CHECK(r.run("head -c 100000 /dev/zero").size() == 100'000);
}

TEST_CASE("what a program leaves running is ended, and does not hold up the reply") {
  runner r;
  const test::temporary_folder folder;
  const auto pid_file = folder.path() + "/pid";
  CHECK(r.run(shell("sleep 1000 & echo $! > " + pid_file + "; echo done")) == "done\n");
  CHECK(test::eventually([&] { return !is_alive(pid_file); }));
}

TEST_CASE("a stop ends what runs, and what comes later") {
  runner r;
  const test::temporary_folder folder;
  const auto runs = folder.path() + "/runs";
  std::thread stopper([&] {
    CHECK(test::eventually([&] { return std::filesystem::exists(runs); }));
    r.stopping.set();
  });
  CHECK(r.run(shell("touch " + runs + "; exec sleep 1000")) ==
        "<sh was ended because the worker is stopping>");
  stopper.join();
  CHECK(r.run("sleep 1000") == "<sleep was ended because the worker is stopping>");
}

TEST_CASE("a program inherits no descriptor of ours, not even an unmarked one") {
  runner r;
  const unique_fd unmarked(open("/dev/null", O_RDONLY)); // NOLINT(android-cloexec-open)
  REQUIRE(unmarked);
  // 3 is the folder that ls itself looks at.
  CHECK(r.run("ls /proc/self/fd") == "0\n1\n2\n3\n");
}

TEST_CASE("a program has no signals blocked and does not ignore SIGPIPE") {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  runner r;
  CHECK(r.run("grep SigBlk /proc/self/status") == "SigBlk:\t0000000000000000\n");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(r.run(shell("kill -PIPE $$")) == "<sh was ended by signal 13 (Broken pipe)>");
}

TEST_CASE("descriptors and processes are given back, however it went") {
  runner r;
  r.limits.timeout = 50ms;
  (void)r.run("true");
  const auto before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    (void)r.run("cat", {frame("x")});
    (void)r.run("false");
    (void)r.run("/nonexistent/program");
  }
  (void)r.run("sleep 1000");
  CHECK(open_descriptors() == before);
}

TEST_CASE("many programs run side by side") {
  runner r;
  std::vector<std::thread> threads;
  std::vector<std::string> outputs(8);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round)
        outputs[i] += r.run("cat", {frame(std::to_string(i))});
    });
  for (auto& thread : threads)
    thread.join();
  for (std::size_t i = 0; i < outputs.size(); ++i)
    CHECK(outputs[i] == std::string(5, static_cast<char>('0' + i)));
}
