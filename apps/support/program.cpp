#include "support/program.hpp"

#include <fcntl.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <tuple>

namespace mdp::apps {

namespace {

void print_error_line(std::string_view program, std::string_view text) {
  std::string line(program);
  line.append(": ").append(text).append("\n");
  std::fputs(line.c_str(), stderr);
}

void open_standard_descriptors() noexcept {
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) == -1)
      std::ignore = open("/dev/null", O_RDWR); // takes the lowest number that is free: this one
}

} // namespace

int run_program(std::string_view program, const std::function<int()>& run) {
  open_standard_descriptors();
  try {
    return run();
  } catch (const std::exception& error) {
    print_error_line(program, error.what());
    return exit_code::failure;
  }
}

std::optional<int> answer(const program_info& info, const parse_outcome& outcome) {
  switch (outcome.what) {
  case parse_outcome::kind::run:
    break;
  case parse_outcome::kind::answered:
    std::fputs(outcome.text.c_str(), stdout);
    return exit_code::success;
  case parse_outcome::kind::wrong:
    return report_wrong_use(info, {outcome.text});
  }
  return std::nullopt;
}

int report_wrong_use(const program_info& info, const std::vector<std::string>& findings) {
  for (const auto& finding : findings)
    print_error_line(info.program, finding + " (see " + info.name() + " --help)");
  return exit_code::wrong_use;
}

void start_logging(std::string_view program, spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>(
    std::string(program), std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %n: %v");
  logger->set_level(level);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void ignore_broken_pipes() noexcept {
  std::signal(SIGPIPE, SIG_IGN);
}

} // namespace mdp::apps
