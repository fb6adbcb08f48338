// Asks the handler of admissions (RFC 27) whatever there is. The input is a multipart in the format of
// support/frame_stream.hpp. Nothing may crash, each question gets
// one answer of the right shape, and nobody gets in whom the rules do not admit.

#include "mdp/defaults.hpp"
#include "mdp/security/admission.hpp"
#include "mdp/security/password_file.hpp"
#include "support/frame_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>

namespace {

using namespace mdp;
using namespace mdp::security;

void require(bool holds) {
  if (!holds)
    std::abort();
}

address_range range(const char* text) {
  return address_range::parse(text).value();
}

void check(const message& frames, const address_rules& rules) {
  const auto verdict = admission("mdp", rules).judge(frames);
  const auto reply = encode(verdict.reply);
  require(reply.size() == 6);
  require(reply[0] == "1.0");
  require(reply[1] == zap_id_of(frames).text());
  const auto request = decode_zap(frames);
  if (!request) {
    require(!verdict.is_welcome() && verdict.reason == admission_refusal::invalid);
    return;
  }
  require(verdict.is_welcome() == (request->domain == "mdp" && request->mechanism == "NULL" &&
                                   request->credentials.empty() && rules.admits(request->address)));
  require(reply[2] == (verdict.is_welcome() ? "200" : "400"));
  // A text that is a range, too, must contain itself.
  if (const auto same = address_range::parse(request->address);
      same && request->address != "ipc" && request->address.find('/') == std::string::npos)
    require(same->contains(request->address));
}

/// Where CURVE is spoken: one key of 32 bytes, and it becomes the user id.
void check_curve(const message& frames) {
  const auto verdict = admission("mdp", {}, mechanism::curve).judge(frames);
  const auto request = decode_zap(frames);
  const bool is_right = request && request->domain == "mdp" && request->mechanism == "CURVE" &&
                        request->credentials.size() == 1 && request->credentials[0].size() == 32;
  require(verdict.is_welcome() == is_right);
  require(verdict.reply.user_id.size() == (is_right ? 40 : 0));
}

/// Where PLAIN is spoken: nobody is welcome at once, and whose password is to be checked has a name.
void check_plain(const message& frames) {
  auto verdict = admission("mdp", {}, mechanism::plain).judge(frames);
  require(!verdict.is_welcome());
  if (!verdict.password)
    return;
  const auto request = decode_zap(frames);
  require(request && request->domain == "mdp" && request->mechanism == "PLAIN" &&
          request->credentials.size() == 2 && verdict.key == request->credentials[0].text() &&
          verdict.password->text() == request->credentials[1].text());
  require(!password_file::check_user(verdict.key));
  const auto name = verdict.key;
  const auto settled = admission::settle(std::move(verdict), std::nullopt);
  require(settled.is_welcome() && settled.reply.user_id == name);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frames = mdp::test::split_frames(std::span(data, size));
  check(frames, {});
  check(frames, {{range("10.0.0.0/8"), range("fd00::/8")}, {range("10.9.0.0/16")}});
  check(frames, {{range("ipc")}, {}});
  check(frames, {{}, {range("ipc"), range("::/0")}});
  check_curve(frames);
  check_plain(frames);
  return 0;
}
