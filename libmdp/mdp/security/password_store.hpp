#pragma once

#include "mdp/security/password_file.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace mdp::security {

/// Where users and the hashes of their passwords are kept: a file, and what it said when it was read
/// last. The same for passwords as `key_store` is for keys. Thread-safe.
class password_store {
public:
  /// Reads it for the first time. The error is one line.
  [[nodiscard]] static tl::expected<std::shared_ptr<password_store>, std::string>
  open(const std::string& path);

  /// The users as they are now. Never null.
  [[nodiscard]] std::shared_ptr<const password_file> current() const;

  /// Reads again if the file has changed since it was read well the last time. True if so; the error is
  /// one line, and then all stays as it was.
  [[nodiscard]] tl::expected<bool, std::string> refresh();

private:
  explicit password_store(std::string path) : path_(std::move(path)) {}

  const std::string path_;
  std::mutex reading_; // one at a time; guards what it saw
  std::uint64_t seen_ = 0;
  bool was_read_ = false;
  mutable std::mutex mutex_; // guards the users, and is never held while reading
  std::shared_ptr<const password_file> users_ = std::make_shared<password_file>();
};

} // namespace mdp::security
