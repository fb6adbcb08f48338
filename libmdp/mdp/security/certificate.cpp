#include "mdp/security/certificate.hpp"

#include "mdp/security/secret_file.hpp"
#include "mdp/security/security_defaults.hpp"

#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <utility>

namespace mdp::security {

namespace {

constexpr std::string_view secret_ending = "_secret";

static_assert(crypto_box_SECRETKEYBYTES == 32 && crypto_box_PUBLICKEYBYTES == 32);

/// The public key that belongs to a secret one.
public_key public_half(const secret& key) {
  std::array<std::uint8_t, public_key::byte_count> bytes{};
  crypto_scalarmult_base(bytes.data(), reinterpret_cast<const std::uint8_t*>(key.bytes().data()));
  return public_key::of(std::as_bytes(std::span(bytes))).value();
}

tl::expected<certificate_fields, std::string> read(const std::string& path, file_privacy privacy) {
  const auto text = read_secret_file(path, privacy, defaults::certificate_max_bytes);
  if (!text)
    return tl::unexpected(text.error());
  auto fields = parse_certificate(text->text());
  if (!fields)
    return tl::unexpected(path + ": " + fields.error());
  return fields;
}

} // namespace

std::string secret_file_of(const std::string& path) {
  return path.ends_with(secret_ending) ? path : path + std::string(secret_ending);
}

certificate certificate::generate(certificate_metadata metadata) {
  secret key(crypto_box_SECRETKEYBYTES);
  randombytes_buf(key.bytes().data(), key.size());
  auto shown = public_certificate{public_half(key), std::move(metadata)};
  return {std::move(shown), std::move(key)};
}

tl::expected<certificate, std::string> certificate::load(const std::string& path) {
  const auto file = secret_file_of(path);
  auto fields = read(file, file_privacy::hidden);
  if (!fields)
    return tl::unexpected(fields.error());
  if (!fields->secret_key)
    return tl::unexpected(file + ": there is no secret-key under curve");
  if (public_half(*fields->secret_key) != fields->shown.key)
    return tl::unexpected(file + ": the two keys do not belong together");
  return certificate(std::move(fields->shown), *std::move(fields->secret_key));
}

tl::expected<void, std::string> certificate::save(const std::string& path) const {
  if (auto wrong = check_metadata(shown_.metadata))
    return tl::unexpected(*std::move(wrong));
  const auto hidden_file = secret_file_of(path);
  if (hidden_file == path)
    return tl::unexpected(path + ": name the public file; that of the secret gets an ending of " +
                          std::string(secret_ending));
  const auto hidden = secret_file_text(shown_, secret_key_);
  if (auto saved = create_file(hidden_file, file_privacy::hidden, hidden.bytes()); !saved)
    return saved;
  const auto open = public_file_text(shown_);
  auto saved = create_file(path, file_privacy::open, std::as_bytes(std::span(open)));
  if (!saved)
    ::unlink(hidden_file.c_str()); // ours: it was not there before
  return saved;
}

tl::expected<certificate, std::string>
certificate::load_or_generate(const std::string& path, certificate_metadata metadata) {
  if (::access(secret_file_of(path).c_str(), F_OK) == 0)
    return load(path);
  auto made = generate(std::move(metadata));
  if (const auto saved = made.save(path); !saved)
    return tl::unexpected(saved.error());
  return made;
}

tl::expected<public_certificate, std::string> load_public_certificate(const std::string& path) {
  auto fields = read(path, file_privacy::open);
  if (!fields)
    return tl::unexpected(fields.error());
  return std::move(fields->shown);
}

tl::expected<public_key, std::string> key_or_file(const std::string& text) {
  if (auto key = public_key::parse(text))
    return *key;
  if (text.size() == public_key::text_size && ::access(text.c_str(), F_OK) != 0)
    return tl::unexpected('"' + text + "\" is neither a CURVE key in Z85 nor a file");
  auto shown = load_public_certificate(text);
  if (!shown)
    return tl::unexpected(shown.error());
  return shown->key;
}

} // namespace mdp::security
