#include "mdp/security/known_keys.hpp"

#include "mdp/security/secret_file.hpp"
#include "mdp/security/security_defaults.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace mdp::security {

namespace {

/// One write, so that lines of several processes do not mix.
tl::expected<void, std::string> append_line(const std::string& path, const std::string& line) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  const bool is_written =
    file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const auto reason = errno;
  if (file >= 0)
    ::close(file);
  if (!is_written)
    return tl::unexpected(path +
                          ": cannot write the file: " + std::generic_category().message(reason));
  return {};
}

} // namespace

tl::expected<known_keys, std::string> known_keys::load(const std::string& path) {
  known_keys all(path);
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT)
    return all;
  const auto text = read_secret_file(path, file_privacy::open, defaults::key_file_max_bytes);
  if (!text)
    return tl::unexpected(text.error());
  auto rest = text->text();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#')
      continue;
    const auto where = path + ": line " + std::to_string(number);
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos || blank == 0)
      return tl::unexpected(where + " is not SERVICE KEY");
    const auto key = public_key::parse(line.substr(blank + 1));
    if (!key)
      return tl::unexpected(where + ": " + key.error());
    const auto [entry, is_new] = all.keys_.try_emplace(std::string(line.substr(0, blank)), *key);
    if (!is_new && entry->second != *key)
      return tl::unexpected(where + ": " + entry->first + " is there twice, with different keys");
  }
  return all;
}

tl::expected<bool, std::string> known_keys::trust(const std::string& service,
                                                  const public_key& key) {
  const auto [known, is_new] = keys_.try_emplace(service, key);
  if (!is_new && known->second == key)
    return false;
  if (!is_new)
    return tl::unexpected("the key of " + service + " was " + known->second.text() + " and is " +
                          key.text() + " now: somebody may be in between. If it was changed on " +
                          "purpose, take the line of " + service + " out of " + path_);
  if (auto written = append_line(path_, service + ' ' + key.text() + '\n'); !written) {
    keys_.erase(known);
    return tl::unexpected(written.error());
  }
  return true;
}

} // namespace mdp::security
