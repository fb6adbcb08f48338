#pragma once

#include "mdp/security/secret.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mdp::security {

/// Who may get a token for a password: a file with a line of `USER:HASH` for each, for its owner alone
/// (0600). The hashes are Argon2id's. To check a password takes a good part of a second and 64 MiB on
/// purpose: so it has no place in a loop, and `password_checker` does it for handshakes. A value; any
/// thread may check.
class password_file {
public:
  password_file() = default;

  /// The error is one line that names the file; others that can read it are one, too.
  [[nodiscard]] static tl::expected<password_file, std::string> load(const std::string& path);

  /// Writes it in the place of what was there, all at once. The error is one line.
  [[nodiscard]] tl::expected<void, std::string> save(const std::string& path) const;

  /// Why nobody can be called so; nothing if somebody can.
  [[nodiscard]] static std::optional<std::string> check_user(std::string_view user);

  /// Gives a user a password, which may be his second. Throws std::bad_alloc.
  void set(const std::string& user, const secret& password);
  /// False if there was no such user.
  bool remove(const std::string& user);

  /// Makes what a password is checked against where there is no such user. Otherwise the first such check
  /// does, and takes twice as long. Throws std::bad_alloc.
  static void prepare();

  /// Whether it is his. It takes as long for a user that is not there, so that nobody learns who is.
  [[nodiscard]] bool accepts(std::string_view user, const secret& password) const;

  [[nodiscard]] bool has_user(std::string_view user) const { return hashes_.contains(user); }

  [[nodiscard]] std::size_t size() const noexcept { return hashes_.size(); }

private:
  std::map<std::string, std::string, std::less<>> hashes_;
};

} // namespace mdp::security
