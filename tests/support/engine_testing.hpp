#pragma once

#include "mdp/frame.hpp"
#include "mdp/message.hpp"
#include "mdp/time.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

/// What tests of engines share: short names for times and bodies, and a look at the actions.
namespace mdp::testing {

using namespace std::chrono_literals;

/// The point `offset` after the beginning of a test. Not the clock's zero, so that an engine which
/// starts from zero is found out.
inline time_point at(duration offset) {
  return time_point{} + 1000s + offset;
}

/// A body of one text frame each.
inline message body(std::initializer_list<std::string_view> texts) {
  message result;
  for (const auto text : texts)
    result.append(frame(text));
  return result;
}

/// All that the engine wants done, in order.
template <class Engine>
std::vector<typename Engine::action> actions_of(Engine& engine) {
  std::vector<typename Engine::action> result;
  engine.actions().drain(
    [&](typename Engine::action&& action) { result.push_back(std::move(action)); });
  return result;
}

/// The actions one expects, written without the variant's name.
template <class Engine, class... Actions>
std::vector<typename Engine::action> actions(Actions... expected) {
  return {typename Engine::action{std::move(expected)}...};
}

/// Whether `broken_promise()` ends the process by SIGABRT, as MDP_ASSERT does. Runs it in a child.
template <class Function>
bool aborts(Function broken_promise) {
  std::fflush(nullptr);
  const auto child = ::fork();
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL); // doctest's handler would report a crashed test
    ::close(STDERR_FILENO);
    broken_promise();
    ::_exit(0);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
         WTERMSIG(status) == SIGABRT;
}

} // namespace mdp::testing
