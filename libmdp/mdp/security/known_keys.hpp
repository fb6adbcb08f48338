#pragma once

#include "mdp/security/public_key.hpp"

#include <tl/expected.hpp>

#include <map>
#include <string>
#include <utility>

namespace mdp::security {

/// The sealing keys of services as a client has seen them first, in a file with a line of `SERVICE KEY`
/// for each. A key that came by way of the broker is worth no more than the broker's word, which could have
/// put its own in its place; but only when it came for the first time, as another one is noticed. One thread
/// at a time; several processes may share the file.
class known_keys {
public:
  /// A file that is not there is one without keys, and is made with the first. The error is one line.
  [[nodiscard]] static tl::expected<known_keys, std::string> load(const std::string& path);

  /// Whether `key` may be used for `service`: true if it was seen now for the first time, and is written
  /// down; false if it is the one that is known. The error is one line: it is another one, or the file
  /// cannot be written.
  [[nodiscard]] tl::expected<bool, std::string> trust(const std::string& service,
                                                      const public_key& key);

  /// Whether there is a key of this service.
  [[nodiscard]] bool knows(const std::string& service) const { return keys_.contains(service); }

private:
  explicit known_keys(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::map<std::string, public_key> keys_;
};

} // namespace mdp::security
