#include "support/split_command.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <utility>

namespace mdp::apps {

namespace {

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_runnable(const std::string& path) noexcept {
  struct stat what {};
  return stat(path.c_str(), &what) == 0 && S_ISREG(what.st_mode) && access(path.c_str(), X_OK) == 0;
}

} // namespace

tl::expected<std::vector<std::string>, std::string> split_command(std::string_view line) {
  std::vector<std::string> words;
  std::optional<std::string> word; // '' is a word, too
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && quote != '\'') {
      if (i + 1 == line.size())
        return tl::unexpected(std::string("it ends in a backslash"));
      const char next = line[i + 1];
      if (!word)
        word.emplace();
      if (quote == '"' && next != '"' && next != '\\')
        *word += c; // in double quotes it is but a character
      *word += next;
      ++i;
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      if (!word)
        word.emplace();
    } else if (quote == 0 && is_blank(c)) {
      if (word)
        words.push_back(*std::exchange(word, std::nullopt));
    } else {
      if (!word)
        word.emplace();
      *word += c;
    }
  }
  if (quote != 0)
    return tl::unexpected(std::string("a quote (") + quote + ") is not closed");
  if (word)
    words.push_back(*std::move(word));
  if (words.empty())
    return tl::unexpected(std::string("it is empty"));
  return words;
}

std::string check_program(const std::string& program) {
  if (program.find('/') != std::string::npos)
    return is_runnable(program) ? "" : program + " is no program that can be run";
  const char* variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "/bin:/usr/bin";
  while (true) {
    const auto end = path.find(':');
    const std::string folder(path.substr(0, end));
    if (is_runnable((folder.empty() ? "." : folder) + '/' + program))
      return "";
    if (end == std::string_view::npos)
      return "there is no program \"" + program + "\" in the PATH";
    path.remove_prefix(end + 1);
  }
}

} // namespace mdp::apps
