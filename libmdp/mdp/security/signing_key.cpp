#include "mdp/security/signing_key.hpp"

#include "mdp/security/public_key.hpp"
#include "mdp/security/secret_file.hpp"

#include <sodium.h>
#include <zmq.h>

#include <cstring>
#include <utility>

namespace mdp::security {

namespace {

constexpr std::size_t seed_bytes = crypto_sign_SEEDBYTES;
constexpr std::size_t seed_text = 40;
constexpr std::size_t id_bytes = 4;

static_assert(verify_key::byte_count == crypto_sign_PUBLICKEYBYTES);
static_assert(verify_key::signature_bytes == crypto_sign_BYTES);

std::uint8_t* raw(secret& bytes) noexcept {
  return reinterpret_cast<std::uint8_t*>(bytes.bytes().data());
}

const std::uint8_t* raw(const secret& bytes) noexcept {
  return reinterpret_cast<const std::uint8_t*>(bytes.bytes().data());
}

const std::uint8_t* raw(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

} // namespace

tl::expected<verify_key, std::string> verify_key::parse(std::string_view text) {
  verify_key key;
  if (!read_z85(text, std::as_writable_bytes(std::span(key.bytes_))))
    return tl::unexpected(std::string("this is no key, which is 40 characters of Z85"));
  return key;
}

std::string verify_key::text() const {
  std::array<char, seed_text + 1> terminated{};
  zmq_z85_encode(terminated.data(), bytes_.data(), byte_count);
  return {terminated.data(), seed_text};
}

std::string verify_key::id() const {
  std::array<std::uint8_t, crypto_generichash_BYTES> hash{};
  crypto_generichash(hash.data(), hash.size(), bytes_.data(), byte_count, nullptr, 0);
  std::array<char, 2 * id_bytes + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), hash.data(), id_bytes);
  return digits.data();
}

bool verify_key::accepts(std::string_view message,
                         std::span<const std::byte> signature) const noexcept {
  return signature.size() == signature_bytes &&
         crypto_sign_verify_detached(reinterpret_cast<const std::uint8_t*>(signature.data()),
                                     raw(message), message.size(), bytes_.data()) == 0;
}

signing_key::signing_key(const secret& seed) : seed_(seed_bytes), key_(crypto_sign_SECRETKEYBYTES) {
  std::memcpy(raw(seed_), raw(seed), seed_bytes);
  crypto_sign_seed_keypair(shown_.bytes_.data(), raw(key_), raw(seed_));
}

signing_key signing_key::generate() {
  secret seed(seed_bytes);
  randombytes_buf(raw(seed), seed.size());
  return signing_key(seed);
}

tl::expected<signing_key, std::string> signing_key::load(const std::string& path) {
  const auto text = read_secret_file(path, file_privacy::hidden, seed_text + 1);
  if (!text)
    return tl::unexpected(text.error());
  auto digits = text->text();
  if (digits.ends_with('\n'))
    digits.remove_suffix(1);
  secret seed(seed_bytes);
  if (!read_z85(digits, seed.bytes()))
    return tl::unexpected(path + ": this is no signing key");
  return signing_key(seed);
}

tl::expected<void, std::string> signing_key::save(const std::string& path) const {
  secret text(seed_text + 1);
  zmq_z85_encode(reinterpret_cast<char*>(raw(text)), raw(seed_), seed_bytes);
  text.bytes()[seed_text] = std::byte{'\n'}; // in place of the terminator
  return create_file(path, file_privacy::hidden, text.bytes());
}

std::array<std::byte, verify_key::signature_bytes>
signing_key::sign(std::string_view message) const {
  std::array<std::byte, verify_key::signature_bytes> signature{};
  crypto_sign_detached(reinterpret_cast<std::uint8_t*>(signature.data()), nullptr, raw(message),
                       message.size(), raw(key_));
  return signature;
}

} // namespace mdp::security
