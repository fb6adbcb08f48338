// Feeds the reading of options whatever bytes there are: a TOML file up to the first NUL, behind it
// command line arguments, with a NUL between two. Nothing may crash; what is wrong is one line; and
// what is taken keeps its bounds.

#include "support/options.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace mdp;
using namespace mdp::apps;
using namespace std::chrono_literals;

void require(bool holds) {
  if (!holds)
    std::abort();
}

bool is_one_line(std::string_view text) {
  return !text.empty() && text.find('\n') == std::string_view::npos;
}

/// A file in memory, with a path like any other.
class memory_file {
public:
  explicit memory_file(std::string_view content) : fd_(memfd_create("config", MFD_CLOEXEC)) {
    require(fd_ >= 0);
    require(write(fd_, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  }
  ~memory_file() { close(fd_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

private:
  int fd_;
};

void check_file(const std::string& path) {
  const auto settings = read_config_file(path);
  if (!settings) {
    require(is_one_line(settings.error()));
    require(settings.error().starts_with(path + ':'));
    return;
  }
  std::size_t line = 0;
  for (const auto& setting : *settings) {
    require(setting.line >= line);
    line = setting.line;
    const bool is_empty_table =
      setting.element > 0 && setting.key.empty() && setting.values.empty();
    require(is_empty_table || setting.is_list || setting.values.size() == 1);
  }
}

/// A program with an option of each kind.
void check_options(const std::string& path, std::vector<std::string> arguments) {
  std::string wall;
  std::vector<std::string> coats;
  std::vector<std::string> brushes{"wide"};
  std::string note;
  std::uint8_t layers = 2;
  duration dry = 1500ms;
  int shade = 0;
  bool quick = false;
  auto level = spdlog::level::info;

  options all({.program = "paint",
               .command = "wall",
               .commands = {"wall", "door"},
               .usage = "WALL [COAT...] [OPTION...]",
               .purpose = "Paints a wall.",
               .epilogue = {}});
  all.positional("WALL", wall, "Which one.");
  all.positionals("COAT", coats, "Layers.");
  all.texts("brush", "NAME", brushes, "What to paint with.");
  all.text("note", "TEXT", note, "Anything.");
  all.number("layers", "N", std::uint8_t{1}, layers, "How many.");
  all.time("dry", 5ms, dry, "How long to wait.");
  all.choice("colour", {{"red", 0}, {"green", 1}}, shade, "Which one.");
  all.toggle("quick", quick, "Do not wait.");
  all.log_level(level);

  arguments.insert(arguments.begin(), {"--config", path, "north"});
  const auto outcome = all.parse(std::move(arguments));
  switch (outcome.what) {
  case parse_outcome::kind::run:
    require(outcome.text.empty());
    break;
  case parse_outcome::kind::answered:
    return require(!outcome.text.empty());
  case parse_outcome::kind::wrong:
    return require(is_one_line(outcome.text));
  }
  require(layers >= 1 && dry >= 5ms && !brushes.empty() && !wall.empty());
  require(shade == 0 || shade == 1);
}

/// What a time is called is the same time again.
void check_value(std::string_view text) {
  std::uint64_t number = 0;
  if (const auto wrong = read_number(text, 3, 300, number))
    require(!wrong->empty());
  else
    require(number >= 3 && number <= 300 && std::to_string(number).size() <= text.size());

  duration time{};
  if (!read_time(text, 2ms, time)) {
    duration again{};
    require(time >= 2ms && !read_time(time_text(time), 2ms, again) && again == time);
    require(!readable_duration(time).empty());
  }
  bool on = false;
  if (!read_boolean(text, on))
    require(text == (on ? "true" : "false"));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> parts(1);
  for (const char c : input) {
    if (c == '\0')
      parts.emplace_back();
    else
      parts.back().push_back(c);
  }
  const memory_file file(parts.front());
  check_file(file.path());
  parts.erase(parts.begin());
  for (const auto& argument : parts)
    check_value(argument.substr(argument.find('=') + 1));
  check_options(file.path(), std::move(parts));
  return 0;
}
