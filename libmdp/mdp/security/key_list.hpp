#pragma once

#include "mdp/frame.hpp"
#include "mdp/security/certificate_text.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace mdp::security {

/// Who may connect by CURVE, as it stood in a folder or a file at one moment. A user is called by the
/// `name` in the certificate or, without one, by its public key; several keys of one name are one user.
/// Immutable; any thread may read it.
class key_list {
public:
  key_list() = default;

  /// The error is one line: a name that cannot be one, or too many of them.
  [[nodiscard]] static tl::expected<key_list, std::string>
  of(const std::vector<public_certificate>& certificates);

  /// Reads a folder of public certificates, of which those ending in `_secret` or beginning with a dot
  /// are left alone; or a file: one certificate, or lines of `KEY [NAME]` with remarks behind `#`. One
  /// that is wrong makes all of it wrong. The error is one line that names the file.
  [[nodiscard]] static tl::expected<key_list, std::string> load(const std::string& path);

  /// The same again, for a folder of which some files cannot be read any more, or not yet: what each of them
  /// said in `before` holds, if it was there, and `broken()` says why. All others are as they are now.
  [[nodiscard]] static tl::expected<key_list, std::string> reload(const std::string& path,
                                                                  const key_list& before);

  /// The files of which an older word holds, a line each.
  [[nodiscard]] const std::vector<std::string>& broken() const noexcept { return broken_; }

  /// Whose key this is, by its Z85; null if it is nobody's. Valid as long as this is.
  [[nodiscard]] const frame* user_of(std::string_view key_text) const;

  /// Whether there is a key of this user.
  [[nodiscard]] bool has_user(const frame& user) const { return users_.contains(user); }

  [[nodiscard]] std::size_t size() const noexcept { return by_key_.size(); }

private:
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  using file_map = std::unordered_map<std::string, public_certificate>;

  [[nodiscard]] static tl::expected<key_list, std::string> of_files(file_map files);
  [[nodiscard]] static tl::expected<key_list, std::string> read_folder(const std::string& path,
                                                                       const key_list* before);

  std::unordered_map<std::string, frame, text_hash, std::equal_to<>> by_key_;
  std::unordered_set<frame> users_;
  file_map files_; // a folder's
  std::vector<std::string> broken_;
};

} // namespace mdp::security
