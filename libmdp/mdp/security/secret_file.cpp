#include "mdp/security/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace mdp::security {

namespace {

constexpr mode_t others = S_IRWXG | S_IRWXO;

/// Closes a descriptor at the end.
class open_file {
public:
  explicit open_file(int descriptor) noexcept : descriptor_(descriptor) {}
  ~open_file() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] bool close() noexcept { return ::close(std::exchange(descriptor_, -1)) == 0; }

private:
  int descriptor_;
};

std::string failure(const std::string& path, const char* what, int error) {
  return path + ": cannot " + what + " the file: " + std::generic_category().message(error);
}

bool write_all(int descriptor, std::span<const std::byte> content) noexcept {
  while (!content.empty()) {
    const auto written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

} // namespace

tl::expected<secret, std::string> read_secret_file(const std::string& path, file_privacy privacy,
                                                   std::size_t max_bytes) {
  // NONBLOCK: a pipe of that name must not hold us up.
  const open_file file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about {};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0)
    return tl::unexpected(failure(path, "read", errno));
  if (!S_ISREG(about.st_mode))
    return tl::unexpected(path + ": this is no ordinary file");
  if (privacy == file_privacy::hidden && (about.st_mode & others) != 0)
    return tl::unexpected(path + ": others can read this secret: chmod 600 " + path +
                          ", and make a new one if they may have done so");
  // One byte more than it has, to see that it ends there.
  const auto expected = std::min(max_bytes, static_cast<std::size_t>(about.st_size));
  secret content(expected + 1);
  std::size_t size = 0;
  while (size <= expected) {
    const auto room = content.bytes().subspan(size);
    const auto count = ::read(file.get(), room.data(), room.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return tl::unexpected(failure(path, "read", errno));
    if (count == 0)
      break;
    size += static_cast<std::size_t>(count);
  }
  if (size > max_bytes)
    return tl::unexpected(path + ": the file has more than " + std::to_string(max_bytes) +
                          " bytes");
  if (size > expected)
    return tl::unexpected(path + ": the file grows while it is read; try again");
  secret exact(size);
  if (size > 0)
    std::memcpy(exact.bytes().data(), content.bytes().data(), size);
  return exact;
}

tl::expected<void, std::string> create_file(const std::string& path, file_privacy privacy,
                                            std::span<const std::byte> content) {
  const bool is_hidden = privacy == file_privacy::hidden;
  const mode_t mode = is_hidden ? 0600 : 0644;
  open_file file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (file.get() < 0 && errno == EEXIST)
    return tl::unexpected(path + ": the file is there already, and a key that is overwritten is "
                                 "lost. Remove it, or give another name");
  if (file.get() < 0)
    return tl::unexpected(failure(path, "write", errno));
  const bool is_well = (!is_hidden || ::fchmod(file.get(), mode) == 0) &&
                       write_all(file.get(), content) && ::fsync(file.get()) == 0 && file.close();
  if (is_well)
    return {};
  auto line = failure(path, "write", errno);
  ::unlink(path.c_str());
  return tl::unexpected(std::move(line));
}

} // namespace mdp::security
