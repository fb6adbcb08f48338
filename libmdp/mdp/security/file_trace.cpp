#include "mdp/security/file_trace.hpp"

#include <sys/stat.h>

#include <functional>
#include <string_view>

namespace mdp::security {

std::uint64_t trace_of(const std::string& path) noexcept {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return 0;
  const std::uint64_t parts[] = {static_cast<std::uint64_t>(about.st_ino),
                                 static_cast<std::uint64_t>(about.st_size),
                                 static_cast<std::uint64_t>(about.st_mtim.tv_sec),
                                 static_cast<std::uint64_t>(about.st_mtim.tv_nsec),
                                 static_cast<std::uint64_t>(about.st_ctim.tv_sec),
                                 static_cast<std::uint64_t>(about.st_ctim.tv_nsec)};
  const std::string_view bytes(reinterpret_cast<const char*>(parts), sizeof parts);
  return std::hash<std::string_view>{}(bytes);
}

} // namespace mdp::security
