#include "mdp/security/token.hpp"

#include "mdp/security/security_defaults.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

namespace mdp::security {

namespace {

constexpr std::string_view token_head = "mdp1.";
constexpr int base64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t token_id_bytes = 16;

std::string to_base64(const void* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, base64), '\0');
  sodium_bin2base64(text.data(), text.size(), static_cast<const unsigned char*>(bytes), size,
                    base64);
  text.pop_back(); // the terminator
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, base64) != 0)
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

/// What one line of the claims can hold: it is not empty, and has nothing in it that ends one.
bool is_claim(std::string_view text) noexcept {
  const auto is_odd = [](unsigned char c) { return c <= ' ' || c >= 0x7F; };
  return !text.empty() && text.size() <= defaults::token_max_claim_bytes &&
         std::ranges::none_of(text, is_odd);
}

std::string seconds_of(token_time time) {
  return std::to_string(time.time_since_epoch().count());
}

std::string text_of(const token_claims& claims) {
  std::string text = "user=" + claims.user + "\naudience=" + claims.audience +
                     "\nissued=" + seconds_of(claims.issued) +
                     "\nexpires=" + seconds_of(claims.expires) + "\nid=" + claims.id + '\n';
  for (const auto& service : claims.services)
    text.append("service=").append(service).append("\n");
  return text;
}

std::optional<token_time> read_seconds(std::string_view text) noexcept {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  // Beyond that, to add a skew could overflow.
  constexpr std::int64_t most = std::int64_t{1} << 40U;
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > most)
    return std::nullopt;
  return token_time(std::chrono::seconds(seconds));
}

/// Reads what text_of() has written, and nothing else.
std::optional<token_claims> read_claims(std::string_view text) {
  token_claims claims;
  const auto take = [&text](std::string_view name) -> std::optional<std::string_view> {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || !text.starts_with(name) || text[name.size()] != '=')
      return std::nullopt;
    const auto value = text.substr(name.size() + 1, end - name.size() - 1);
    text.remove_prefix(end + 1);
    return is_claim(value) ? std::optional(value) : std::nullopt;
  };
  const auto user = take("user");
  const auto audience = user ? take("audience") : std::nullopt;
  const auto issued = audience ? take("issued") : std::nullopt;
  const auto expires = issued ? take("expires") : std::nullopt;
  const auto id = expires ? take("id") : std::nullopt;
  if (!id)
    return std::nullopt;
  const auto issued_at = read_seconds(*issued);
  const auto expires_at = read_seconds(*expires);
  if (!issued_at || !expires_at)
    return std::nullopt;
  claims = {std::string(*user), {},          std::string(*audience),
            *issued_at,         *expires_at, std::string(*id)};
  while (!text.empty()) {
    const auto service = take("service");
    if (!service)
      return std::nullopt;
    claims.services.emplace_back(*service);
  }
  return claims;
}

} // namespace

std::string_view to_string(token_refusal reason) noexcept {
  constexpr std::string_view names[] = {"malformed",     "unknown_key", "bad_signature",
                                        "not_yet_valid", "expired",     "other_audience",
                                        "revoked"};
  static_assert(std::size(names) == token_refusal_count);
  return names[static_cast<std::size_t>(reason)];
}

tl::expected<std::string, std::string> sign_token(const signing_key& key, token_claims claims) {
  if (claims.id.empty()) {
    std::array<std::byte, token_id_bytes> random{};
    randombytes_buf(random.data(), random.size());
    claims.id = to_base64(random.data(), random.size());
  }
  std::vector<std::string_view> all{claims.user, claims.audience, claims.id};
  all.insert(all.end(), claims.services.begin(), claims.services.end());
  for (const auto claim : all)
    if (!is_claim(claim))
      return tl::unexpected('"' + std::string(claim) + "\" cannot be in a token: 1 to " +
                            std::to_string(defaults::token_max_claim_bytes) +
                            " printable ASCII characters without blanks");
  const auto text = text_of(claims);
  auto token =
    std::string(token_head) + key.shown().id() + '.' + to_base64(text.data(), text.size());
  const auto signature = key.sign(token);
  token.append(1, '.').append(to_base64(signature.data(), signature.size()));
  if (token.size() > defaults::token_max_bytes)
    return tl::unexpected("the token would have more than " +
                          std::to_string(defaults::token_max_bytes) +
                          " bytes: name fewer services");
  return token;
}

bool revocations::revoke(const std::string& token_id, token_time expires) {
  if (size() >= defaults::token_max_revocations && !tokens_.contains(token_id))
    return false;
  auto& until = tokens_[token_id];
  until = std::max(until, expires);
  return true;
}

bool revocations::revoke_user(const std::string& user, token_time issued_until,
                              token_time expires) {
  if (size() >= defaults::token_max_revocations && !users_.contains(user))
    return false;
  auto& entry = users_[user];
  entry.issued_until = std::max(entry.issued_until, issued_until);
  entry.expires = std::max(entry.expires, expires);
  return true;
}

void revocations::forget_expired(token_time now) {
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second < now; });
  std::erase_if(users_, [&](const auto& entry) { return entry.second.expires < now; });
}

bool revocations::contains(const token_claims& claims) const {
  if (tokens_.contains(claims.id))
    return true;
  const auto user = users_.find(claims.user);
  return user != users_.end() && claims.issued <= user->second.issued_until;
}

void token_verifier::trust(const verify_key& key) {
  keys_.insert_or_assign(key.id(), key);
}

void token_verifier::distrust(const verify_key& key) {
  keys_.erase(key.id());
}

tl::expected<token_claims, token_refusal> token_verifier::verify(std::string_view token,
                                                                 token_time now) const {
  const auto refuse = [](token_refusal reason) { return tl::unexpected(reason); };
  if (token.size() > defaults::token_max_bytes || !token.starts_with(token_head))
    return refuse(token_refusal::malformed);
  const auto key_end = token.find('.', token_head.size());
  const auto claims_end = token.rfind('.');
  if (key_end == std::string_view::npos || claims_end <= key_end)
    return refuse(token_refusal::malformed);
  const auto key = keys_.find(token.substr(token_head.size(), key_end - token_head.size()));
  if (key == keys_.end())
    return refuse(token_refusal::unknown_key);
  const auto signature = from_base64(token.substr(claims_end + 1));
  // Nothing of it is read before that is known to be right.
  if (!signature ||
      !key->second.accepts(token.substr(0, claims_end), std::as_bytes(std::span(*signature))))
    return refuse(token_refusal::bad_signature);
  const auto text = from_base64(token.substr(key_end + 1, claims_end - key_end - 1));
  auto claims = text ? read_claims(*text) : std::nullopt;
  if (!claims)
    return refuse(token_refusal::malformed);
  if (claims->audience != audience_)
    return refuse(token_refusal::other_audience);
  if (now + skew_ < claims->issued)
    return refuse(token_refusal::not_yet_valid);
  if (now - skew_ >= claims->expires)
    return refuse(token_refusal::expired);
  if (revoked_.contains(*claims))
    return refuse(token_refusal::revoked);
  return *std::move(claims);
}

} // namespace mdp::security
