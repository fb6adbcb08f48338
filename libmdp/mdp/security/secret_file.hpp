#pragma once

#include "mdp/security/secret.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// Files that hold secrets, and those beside them.
namespace mdp::security {

/// Who may read a file.
enum class file_privacy : std::uint8_t {
  open,   ///< anybody: 0644, less what the umask takes
  hidden, ///< its owner alone: 0600, whatever the umask says
};

/// Reads a whole file of up to `max_bytes`, into memory that is wiped. One that is to be hidden is
/// refused if others can read it. The error is one line.
[[nodiscard]] tl::expected<secret, std::string>
read_secret_file(const std::string& path, file_privacy privacy, std::size_t max_bytes);

/// Writes a file that must not be there yet, to the disk. On failure there is none. The error is one
/// line.
[[nodiscard]] tl::expected<void, std::string>
create_file(const std::string& path, file_privacy privacy, std::span<const std::byte> content);

} // namespace mdp::security
