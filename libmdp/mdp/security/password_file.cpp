#include "mdp/security/password_file.hpp"

#include "mdp/security/secret_file.hpp"
#include "mdp/security/security_defaults.hpp"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <new>
#include <span>
#include <system_error>
#include <utility>

namespace mdp::security {

namespace {

std::string hash_of(std::string_view password) {
  use_sodium();
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(),
                        crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
    throw std::bad_alloc();
  return hash.data();
}

/// What a password is checked against where there is no such user; nobody has it.
const std::string& nobodys_hash() {
  // Never destroyed: at the end of the process somebody may be in the middle of a check.
  static const auto* const hash = [] {
    secret random(32);
    randombytes_buf(random.bytes().data(), random.size());
    return new std::string(hash_of(random.text()));
  }();
  return *hash;
}

} // namespace

tl::expected<password_file, std::string> password_file::load(const std::string& path) {
  const auto text = read_secret_file(path, file_privacy::hidden, defaults::password_file_max_bytes);
  if (!text)
    return tl::unexpected(text.error());
  password_file file;
  auto rest = text->text();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#')
      continue;
    const auto colon = line.find(':');
    const auto hash = line.substr(std::min(colon, line.size() - 1) + 1);
    if (colon == std::string_view::npos || check_user(line.substr(0, colon)) ||
        !hash.starts_with("$argon2") || hash.size() >= crypto_pwhash_STRBYTES)
      return tl::unexpected(path + ": line " + std::to_string(number) +
                            " is not USER:HASH, as mdp passwd writes it");
    file.hashes_.insert_or_assign(std::string(line.substr(0, colon)), std::string(hash));
  }
  return file;
}

tl::expected<void, std::string> password_file::save(const std::string& path) const {
  std::string text;
  for (const auto& [user, hash] : hashes_)
    text.append(user).append(1, ':').append(hash).append(1, '\n');
  const auto temporary = path + ".tmp" + std::to_string(::getpid());
  if (auto saved = create_file(temporary, file_privacy::hidden, std::as_bytes(std::span(text)));
      !saved)
    return saved;
  if (std::rename(temporary.c_str(), path.c_str()) == 0)
    return {};
  auto line = path + ": cannot write the file: " + std::generic_category().message(errno);
  ::unlink(temporary.c_str());
  return tl::unexpected(std::move(line));
}

std::optional<std::string> password_file::check_user(std::string_view user) {
  const auto is_odd = [](unsigned char c) { return c <= ' ' || c >= 0x7F || c == ':'; };
  if (!user.empty() && user.size() <= defaults::certificate_max_value_bytes &&
      user.front() != '#' && std::ranges::none_of(user, is_odd))
    return std::nullopt;
  return '"' + std::string(user) + "\" is no name of a user: 1 to " +
         std::to_string(defaults::certificate_max_value_bytes) +
         " printable ASCII characters without blanks and colons, and no # in front";
}

void password_file::set(const std::string& user, const secret& password) {
  hashes_.insert_or_assign(user, hash_of(password.text()));
}

bool password_file::remove(const std::string& user) {
  return hashes_.erase(user) > 0;
}

void password_file::prepare() {
  static_cast<void>(nobodys_hash());
}

bool password_file::accepts(std::string_view user, const secret& password) const {
  const auto known = hashes_.find(user);
  const auto& hash = known == hashes_.end() ? nobodys_hash() : known->second;
  const bool is_right =
    crypto_pwhash_str_verify(hash.c_str(), password.text().data(), password.size()) == 0;
  return is_right && known != hashes_.end();
}

} // namespace mdp::security
