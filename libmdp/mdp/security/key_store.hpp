#pragma once

#include "mdp/security/key_list.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace mdp::security {

/// Where those who may connect are kept: a folder or a file, and what it said when it was read last.
/// Who asks gets that from memory and never waits for a disk. Thread-safe.
class key_store {
public:
  /// Reads it for the first time. The error is one line.
  [[nodiscard]] static tl::expected<std::shared_ptr<key_store>, std::string>
  open(const std::string& path);

  /// Who may connect now. Never null.
  [[nodiscard]] std::shared_ptr<const key_list> current() const;

  /// Reads again if anything there has changed since it was read well the last time. True if so. The error
  /// is one line, and says what holds then: of a file in a folder that cannot be read, what it said before;
  /// where the folder or a file that lists keys cannot be read, all of it, as half of a list would shut out
  /// people who belong. All else is as it is now; so `current()` may be another list after an error, too.
  [[nodiscard]] tl::expected<bool, std::string> refresh();

private:
  explicit key_store(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] std::uint64_t fingerprint() const;

  const std::string path_;
  std::mutex reading_;                // one at a time; guards what it saw
  std::optional<std::uint64_t> seen_; // nothing: it was never read well
  std::string broken_;                // what was said about files that could not be read then
  bool was_read_ = false;
  mutable std::mutex mutex_; // guards the list, and is never held while reading
  std::shared_ptr<const key_list> list_ = std::make_shared<key_list>();
};

} // namespace mdp::security
