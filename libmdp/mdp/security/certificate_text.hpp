#pragma once

#include "mdp/security/public_key.hpp"
#include "mdp/security/secret.hpp"

#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What stands in a certificate's file. The format is that of CZMQ's `zcert` and of pyzmq: ZPL
/// (RFC 4), a public file for everybody and beside it one that ends in `_secret`:
///
///     metadata
///         name = "alice"
///     curve
///         public-key = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
///         secret-key = "..."                                           # in the secret file only
///
/// Other sections and keys are left alone, so that files of others can be read. Pure functions.
namespace mdp::security {

/// What a certificate says besides its key, by name. `name` is who it belongs to.
using certificate_metadata = std::map<std::string, std::string>;

/// What everybody may know of a certificate.
struct public_certificate {
  public_key key;
  certificate_metadata metadata;

  /// The entry `name`; empty if there is none.
  [[nodiscard]] std::string name() const;

  friend bool operator==(const public_certificate&, const public_certificate&) = default;
};

struct certificate_fields {
  public_certificate shown;
  std::optional<secret> secret_key; ///< 32 bytes.
};

/// Reads either file. The error is one line, without the file's name.
[[nodiscard]] tl::expected<certificate_fields, std::string>
parse_certificate(std::string_view text);

/// Why this cannot be written into a file, in one line; nothing if it can.
[[nodiscard]] std::optional<std::string> check_metadata(const certificate_metadata& metadata);

/// The public file. `shown` must pass check_metadata().
[[nodiscard]] std::string public_file_text(const public_certificate& shown);

/// The secret file.
[[nodiscard]] secret secret_file_text(const public_certificate& shown, const secret& secret_key);

} // namespace mdp::security
