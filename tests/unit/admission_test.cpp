#include "mdp/defaults.hpp"
#include "mdp/security/admission.hpp"
#include "mdp/security/certificate.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::security;

namespace {

/// As libzmq asks about a NULL peer.
std::vector<std::string> question(const std::string& address = "10.0.0.1") {
  return {"1.0", "42", "mdp", address, "", "NULL"};
}

message frames_of(const std::vector<std::string>& texts) {
  message frames;
  for (const auto& text : texts)
    frames.append(frame(text));
  return frames;
}

const admission& rules() {
  static const admission ten("mdp", {{*address_range::parse("10.0.0.0/8")}, {}});
  return ten;
}

admission::verdict judge(const std::vector<std::string>& texts) {
  return rules().judge(frames_of(texts));
}

} // namespace

TEST_CASE("RFC 27 a request is read field by field") {
  auto asked = question();
  asked[4] = "name";
  asked[5] = "PLAIN";
  asked.insert(asked.end(), {"user", "secret"});
  const auto request = decode_zap(frames_of(asked));
  REQUIRE(request);
  CHECK(request->id == "42");
  CHECK(request->domain == "mdp");
  CHECK(request->address == "10.0.0.1");
  CHECK(request->routing_id == "name");
  CHECK(request->mechanism == "PLAIN");
  REQUIRE(request->credentials.size() == 2);
  CHECK(request->credentials[1] == "secret");
}

TEST_CASE("RFC 27 what is no request is an error with a name") {
  for (std::size_t count = 0; count < 6; ++count) {
    auto cut = question();
    cut.resize(count);
    CHECK(decode_zap(frames_of(cut)).error() == zap_error::too_short);
  }
  auto changed = question();
  changed[0] = "1.1";
  CHECK(decode_zap(frames_of(changed)).error() == zap_error::unsupported_version);
  for (std::size_t field = 1; field < 6; ++field) {
    changed = question();
    changed[field] = std::string(defaults::zap_max_field_bytes + 1, 'x');
    CHECK(decode_zap(frames_of(changed)).error() == zap_error::field_too_long);
  }
  changed = question();
  changed.resize(6 + defaults::zap_max_credentials, "x");
  CHECK(decode_zap(frames_of(changed)));
  changed.emplace_back("x");
  CHECK(decode_zap(frames_of(changed)).error() == zap_error::too_many_credentials);
}

TEST_CASE("RFC 27 a reply has six frames, echoes the id, and names no user who is refused") {
  CHECK(encode(zap_reply{frame("42"), zap_status::welcome, "OK", "alice"}) ==
        frames_of({"1.0", "42", "200", "OK", "alice", ""}));
  CHECK(encode(zap_reply{frame("42"), zap_status::refused, "no", "alice"}) ==
        frames_of({"1.0", "42", "400", "no", "", ""}));
}

TEST_CASE("who comes from an allowed address is let in") {
  const auto verdict = judge(question());
  CHECK(verdict.is_welcome());
  CHECK(verdict.reply.id == "42");
  CHECK(verdict.address == "10.0.0.1");
}

TEST_CASE("everything that is not expressly right is refused, and answered") {
  auto asked = question("11.0.0.1");
  CHECK(judge(asked).reason == admission_refusal::address);
  CHECK(judge(asked).reply.status == zap_status::refused);
  CHECK(judge(asked).reply.id == "42");
  asked = question();
  asked[2] = "other";
  CHECK(judge(asked).reason == admission_refusal::other_domain);
  for (const auto* mechanism : {"PLAIN", "CURVE", "GSSAPI", "", "null"}) {
    asked = question();
    asked[5] = mechanism;
    CHECK(judge(asked).reason == admission_refusal::other_mechanism);
  }
  asked = question();
  asked.emplace_back("a credential of NULL");
  CHECK(judge(asked).reason == admission_refusal::other_mechanism);
  for (const auto& nonsense : std::vector<std::vector<std::string>>{{}, {"1.0"}, {"1.0", "42"}}) {
    const auto verdict = judge(nonsense);
    CHECK_FALSE(verdict.is_welcome());
    CHECK(verdict.reason == admission_refusal::invalid);
    CHECK(verdict.reply.status == zap_status::failed);
    CHECK(verdict.reply.id == (nonsense.size() == 2 ? "42" : ""));
  }
}

// -- CURVE ----------------------------------------------------------------------------------------

namespace {

const auto& known_certificate() {
  static const auto made = certificate::generate({{"name", "alice"}});
  return made;
}

/// As libzmq asks about a CURVE peer: the credential is the key's bytes.
message curve_question(const public_key& key) {
  auto asked = question();
  asked[5] = "CURVE";
  auto frames = frames_of(asked);
  frames.append(frame(std::as_bytes(std::span(key.bytes()))));
  return frames;
}

std::shared_ptr<key_store> store_of(const test::temporary_folder& folder) {
  REQUIRE(known_certificate().save(folder.path() + "/alice.cert"));
  return *key_store::open(folder.path());
}

} // namespace

TEST_CASE("RFC 27 by CURVE whoever is in the store is let in, by the name of its key") {
  const test::temporary_folder folder;
  const auto store = store_of(folder);
  const admission rules("mdp", {}, mechanism::curve, store);
  const auto verdict = rules.judge(curve_question(known_certificate().key()));
  CHECK(verdict.is_welcome());
  CHECK(verdict.reply.user_id == known_certificate().key().text());
  const auto stranger = certificate::generate().key();
  const auto refusal = rules.judge(curve_question(stranger));
  CHECK_FALSE(refusal.is_welcome());
  CHECK(refusal.reason == admission_refusal::unknown_key);
  CHECK(refusal.key == stranger.text());
  CHECK(refusal.reply.user_id.empty());
  std::filesystem::remove(folder.path() + "/alice.cert");
  REQUIRE(store->refresh() == true);
  CHECK(rules.judge(curve_question(known_certificate().key())).reason ==
        admission_refusal::unknown_key); // a store without keys lets nobody in
}

TEST_CASE("RFC 27 where CURVE is spoken nobody gets in without a key, with two, or with a piece") {
  const admission anybody("mdp", {}, mechanism::curve);
  CHECK(anybody.judge(curve_question(certificate::generate().key())).is_welcome());
  auto two = curve_question(known_certificate().key());
  two.append(two[6]);
  auto none = question();
  none[5] = "CURVE";
  auto piece = none;
  piece.push_back("0123456789");
  auto plain = question();
  plain[5] = "PLAIN";
  plain.insert(plain.end(), {"alice", "secret"});
  for (const auto& each :
       {two, frames_of(none), frames_of(piece), frames_of(plain), frames_of(question())}) // NULL
    CHECK(anybody.judge(each).reason == admission_refusal::other_mechanism);
  CHECK(rules().judge(curve_question(known_certificate().key())).reason ==
        admission_refusal::other_mechanism); // and CURVE where it is not spoken
}

TEST_CASE("RFC 27 a known key does not help who comes from the wrong address") {
  const test::temporary_folder folder;
  const admission rules("mdp", {{*address_range::parse("192.168.0.0/16")}, {}}, mechanism::curve,
                        store_of(folder));
  CHECK(rules.judge(curve_question(known_certificate().key())).reason ==
        admission_refusal::address);
}

// -- PLAIN ----------------------------------------------------------------------------------------

namespace {

std::vector<std::string> plain_question(const std::string& user, const std::string& password) {
  auto asked = question();
  asked[5] = "PLAIN";
  asked.insert(asked.end(), {user, password});
  return asked;
}

admission::verdict judge_plain(const std::vector<std::string>& texts) {
  static const admission ten("mdp", {{*address_range::parse("10.0.0.0/8")}, {}}, mechanism::plain);
  return ten.judge(frames_of(texts));
}

} // namespace

TEST_CASE("RFC 27 by PLAIN nobody is welcome before his password was checked") {
  auto open = judge_plain(plain_question("alice", "secret"));
  CHECK_FALSE(open.is_welcome());
  REQUIRE(open.password);
  CHECK(open.password->text() == "secret");
  CHECK(open.key == "alice");
  SUBCASE("and then by his name") {
    const auto settled = admission::settle(std::move(open), std::nullopt);
    CHECK(settled.is_welcome());
    CHECK(settled.reply.user_id == "alice");
    CHECK(settled.reply.id == "42");
  }
  SUBCASE("or not at all") {
    const auto settled = admission::settle(std::move(open), admission_refusal::wrong_password);
    CHECK_FALSE(settled.is_welcome());
    CHECK(settled.reply.status == zap_status::refused);
    CHECK(settled.reply.user_id.empty());
    CHECK(settled.reason == admission_refusal::wrong_password);
    CHECK(settled.key == "alice"); // for the log
  }
}

TEST_CASE("RFC 27 by PLAIN what can be nobody's is refused unchecked, and is not written down") {
  for (const auto& [user, password] : std::vector<std::pair<std::string, std::string>>{
         {"", "secret"}, {"alice", ""}, {"", ""}, {"a\nb", "x"}, {"a:b", "x"}, {"\xff", "x"}}) {
    const auto verdict = judge_plain(plain_question(user, password));
    CHECK_FALSE(verdict.is_welcome());
    CHECK_FALSE(verdict.password);
    CHECK(verdict.reason == admission_refusal::wrong_password);
    CHECK(verdict.key.empty());
  }
  auto asked = plain_question("alice", "secret");
  asked[3] = "11.0.0.1";
  CHECK(judge_plain(asked).reason == admission_refusal::address);
  asked = plain_question("alice", "secret");
  asked.pop_back();
  CHECK(judge_plain(asked).reason == admission_refusal::other_mechanism);
  CHECK(judge_plain(question()).reason == admission_refusal::other_mechanism);
  CHECK(judge_plain(plain_question("alice", std::string(256, 'x'))).reason ==
        admission_refusal::invalid);
}
