#pragma once

#include "mdp/security/certificate_text.hpp"
#include "mdp/security/public_key.hpp"
#include "mdp/security/secret.hpp"

#include <tl/expected.hpp>

#include <string>

namespace mdp::security {

/// A CURVE key pair and what its owner says about it. Immutable; any thread may read it.
///
/// It is kept in two files, in CZMQ's format: FILE for everybody, FILE_secret for its owner alone.
class certificate {
public:
  /// A new one. Throws std::runtime_error where there are no random numbers.
  [[nodiscard]] static certificate generate(certificate_metadata metadata = {});

  /// Reads FILE_secret; `path` is FILE. Refused if others can read it, or if its two keys do not
  /// belong together. The error is one line that names the file and says what to do.
  [[nodiscard]] static tl::expected<certificate, std::string> load(const std::string& path);

  /// Writes both files, the secret one for nobody but this user (0600). Neither may be there: a key
  /// that is overwritten is lost. The error is one line.
  [[nodiscard]] tl::expected<void, std::string> save(const std::string& path) const;

  /// Reads it where it is there, and makes and writes it where it is not: for who listens.
  [[nodiscard]] static tl::expected<certificate, std::string>
  load_or_generate(const std::string& path, certificate_metadata metadata);

  [[nodiscard]] const public_certificate& shown() const noexcept { return shown_; }
  [[nodiscard]] const public_key& key() const noexcept { return shown_.key; }
  /// 32 bytes.
  [[nodiscard]] const secret& secret_key() const noexcept { return secret_key_; }

private:
  certificate(public_certificate shown, secret secret_key)
      : shown_(std::move(shown)), secret_key_(std::move(secret_key)) {}

  public_certificate shown_;
  secret secret_key_;
};

/// Reads the public half; `path` may also name the secret file, whose secret is then forgotten.
/// The error is one line.
[[nodiscard]] tl::expected<public_certificate, std::string>
load_public_certificate(const std::string& path);

/// The file of the secret that belongs to a public one.
[[nodiscard]] std::string secret_file_of(const std::string& path);

/// The key that `text` is, or that stands in the certificate's file of that name. The error is one
/// line.
[[nodiscard]] tl::expected<public_key, std::string> key_or_file(const std::string& text);

} // namespace mdp::security
