// Reads whatever there is as a certificate and as a token. Nothing may crash; what is read as a certificate and can be
// written is read again as the same; and nothing is a token that we have not signed.

#include "mdp/security/certificate_text.hpp"
#include "mdp/security/token.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace mdp::security;

void require(bool holds) {
  if (!holds)
    std::abort();
}

void check_certificate(std::string_view text) {
  const auto read = parse_certificate(text);
  if (!read) {
    require(!read.error().empty() && read.error().find('\n') == std::string::npos);
    return;
  }
  if (check_metadata(read->shown.metadata))
    return;
  const auto again = parse_certificate(public_file_text(read->shown));
  require(again.has_value() && again->shown == read->shown && !again->secret_key);
  if (!read->secret_key)
    return;
  const auto hidden = secret_file_text(read->shown, *read->secret_key);
  const auto whole = parse_certificate(hidden.text());
  require(whole.has_value() && whole->shown == read->shown);
  require(whole->secret_key->equals(read->secret_key->bytes()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto key = signing_key::generate();
  static const auto verifier = [] {
    token_verifier trusting("fuzz");
    trusting.trust(key.shown());
    return trusting;
  }();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  check_certificate(text);
  const token_time now{std::chrono::seconds(1'000'000)};
  require(!verifier.verify(text, now));
  // Behind the name of the key that is trusted, so that it gets further.
  require(!verifier.verify("mdp1." + key.shown().id() + '.' + std::string(text), now));
  return 0;
}
