#include "support/port_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <system_error>

namespace mdp::apps {

std::string ports_of(const std::vector<std::string>& endpoints) {
  std::string lines;
  for (const auto& endpoint : endpoints)
    if (endpoint.starts_with("tcp://"))
      lines.append(endpoint, endpoint.rfind(':') + 1).append(1, '\n');
  return lines;
}

std::optional<std::string> write_file_atomically(const std::string& path,
                                                 const std::string& content) {
  const auto temporary = path + ".tmp" + std::to_string(getpid());
  const auto failure = [&] {
    auto line = "cannot write " + path + ": " + std::generic_category().message(errno);
    std::remove(temporary.c_str());
    return line;
  };
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    if (!file)
      return failure();
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0)
    return failure();
  return std::nullopt;
}

} // namespace mdp::apps
