#include "mdp/security/password_file.hpp"
#include "mdp/security/security_defaults.hpp"
#include "mdp/security/token.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

using namespace mdp;
using namespace mdp::security;
using namespace std::chrono_literals;

namespace {

constexpr token_time noon{std::chrono::seconds(1'800'000'000)};

token_claims alice() {
  return {"alice", {"echo", "image.*"}, "broker", noon, noon + 1h, {}};
}

struct signed_by_us {
  [[nodiscard]] token_refusal why(std::string_view token, token_time now = noon) const {
    const auto read = verifier.verify(token, now);
    REQUIRE_FALSE(read);
    return read.error();
  }

  signed_by_us() { verifier.trust(key.shown()); }

  signing_key key = signing_key::generate();
  token_verifier verifier{"broker", 30s};
};

secret password_of(std::string_view text) {
  secret password(text.size());
  std::memcpy(password.bytes().data(), text.data(), text.size());
  return password;
}

} // namespace

TEST_CASE_FIXTURE(signed_by_us, "a token says what was signed") {
  const auto token = sign_token(key, alice());
  REQUIRE_MESSAGE(token.has_value(), token.error());
  auto read = verifier.verify(*token, noon + 59min);
  REQUIRE(read);
  CHECK_FALSE(read->id.empty());
  read->id.clear();
  CHECK(*read == alice());
  CHECK(*sign_token(key, alice()) != *token); // each has an id of its own
}

TEST_CASE_FIXTURE(signed_by_us, "a token that was changed in one place counts for nothing") {
  const auto token = *sign_token(key, alice());
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE_MESSAGE(verifier.verify(changed, noon).has_value(), i);
    CHECK_FALSE(verifier.verify(token.substr(0, i), noon).has_value());
  }
  CHECK_FALSE(verifier.verify(token + 'A', noon).has_value());
  CHECK_FALSE(verifier.verify(' ' + token, noon).has_value());
}

TEST_CASE_FIXTURE(signed_by_us, "a token has its time, give or take the skew") {
  const auto token = *sign_token(key, alice());
  CHECK(verifier.verify(token, noon - 30s));
  CHECK(why(token, noon - 31s) == token_refusal::not_yet_valid);
  CHECK(verifier.verify(token, noon + 1h + 29s));
  CHECK(why(token, noon + 1h + 30s) == token_refusal::expired);
}

TEST_CASE_FIXTURE(signed_by_us, "a token is for one audience") {
  auto claims = alice();
  claims.audience = "another";
  CHECK(why(*sign_token(key, claims)) == token_refusal::other_audience);
}

TEST_CASE_FIXTURE(
  signed_by_us, "keys rotate: the next is trusted before it signs, the last until it is dropped") {
  const auto next = signing_key::generate();
  const auto by_next = *sign_token(next, alice());
  CHECK(why(by_next) == token_refusal::unknown_key);
  verifier.trust(next.shown());
  CHECK(verifier.verify(by_next, noon));
  const auto by_last = *sign_token(key, alice());
  CHECK(verifier.verify(by_last, noon));
  verifier.distrust(key.shown());
  CHECK(why(by_last) == token_refusal::unknown_key);
  // Under the name of a trusted key, but signed by another.
  auto forged = by_last;
  forged.replace(forged.find('.') + 1, next.shown().id().size(), next.shown().id());
  CHECK(why(forged) == token_refusal::bad_signature);
}

TEST_CASE_FIXTURE(signed_by_us, "a token can be revoked, or all of a user's so far") {
  const auto one = *sign_token(key, alice());
  const auto other = *sign_token(key, alice());
  const auto claims = verifier.verify(one, noon).value();
  REQUIRE(verifier.revoked().revoke(claims.id, claims.expires));
  CHECK(why(one) == token_refusal::revoked);
  CHECK(verifier.verify(other, noon));
  REQUIRE(verifier.revoked().revoke_user("alice", noon, noon + 1h));
  CHECK(why(other) == token_refusal::revoked);
  auto later = alice();
  later.issued = noon + 1s;
  CHECK(verifier.verify(*sign_token(key, later), noon + 1s));
  verifier.revoked().forget_expired(noon + 1h);
  CHECK(verifier.revoked().size() == 2);
  verifier.revoked().forget_expired(noon + 1h + 1s);
  CHECK(verifier.revoked().size() == 0);
}

TEST_CASE("revocations are bounded, and what is there can be made longer") {
  revocations all;
  for (std::size_t i = 0; i < defaults::token_max_revocations; ++i)
    REQUIRE(all.revoke(std::to_string(i), noon));
  CHECK_FALSE(all.revoke("one more", noon));
  CHECK_FALSE(all.revoke_user("alice", noon, noon));
  CHECK(all.revoke("0", noon + 1h));
  all.forget_expired(noon + 1s);
  CHECK(all.size() == 1);
}

TEST_CASE_FIXTURE(signed_by_us, "what is no token is malformed, whatever it is") {
  const std::string_view texts[] = {"",           "mdp1.", "mdp1..",  "mdp1...",
                                    "mdp2.a.b.c", "\0\0",  "mdp1.a.b"};
  for (const auto text : texts)
    CHECK_FALSE(verifier.verify(text, noon).has_value());
  CHECK(why("mdp1.") == token_refusal::malformed);
  CHECK(why(std::string(defaults::token_max_bytes + 1, 'x')) == token_refusal::malformed);
  CHECK(why("mdp1." + key.shown().id() + ".AAAA.AAAA") == token_refusal::bad_signature);
}

TEST_CASE_FIXTURE(signed_by_us, "claims that would read as others cannot be signed") {
  for (const auto& odd : {"", "a b", "a\nuser=root", "\x7f", "\xc3\xbc"}) {
    auto claims = alice();
    claims.user = odd;
    CHECK_FALSE_MESSAGE(sign_token(key, claims).has_value(), odd);
    claims = alice();
    claims.services.push_back(odd);
    CHECK_FALSE_MESSAGE(sign_token(key, claims).has_value(), odd);
  }
  auto many = alice();
  many.services.assign(100, std::string(200, 'x'));
  CHECK(sign_token(key, many).error().find("name fewer services") != std::string::npos);
}

TEST_CASE("a signing key is saved for its owner alone, and signs the same afterwards") {
  const test::temporary_folder folder;
  const auto path = folder.path() + "/signing";
  const auto made = signing_key::generate();
  REQUIRE(made.save(path));
  CHECK_FALSE(made.save(path));
  const auto loaded = signing_key::load(path);
  REQUIRE_MESSAGE(loaded.has_value(), loaded.error());
  CHECK(loaded->shown() == made.shown());
  CHECK(loaded->sign("text") == made.sign("text"));
  CHECK(made.shown().accepts("text", loaded->sign("text")));
  CHECK_FALSE(made.shown().accepts("texts", loaded->sign("text")));
  CHECK(verify_key::parse(made.shown().text()) == made.shown());
  REQUIRE(chmod(path.c_str(), 0644) == 0);
  CHECK_FALSE(signing_key::load(path));
}

TEST_CASE("a password is its user's, and nobody else's") {
  const test::temporary_folder folder;
  const auto path = folder.path() + "/users";
  password_file users;
  users.set("alice", password_of("open sesame"));
  users.set("bob", password_of(std::string_view("\0\xff", 2)));
  REQUIRE(users.save(path));
  REQUIRE(users.save(path)); // in the place of the one before
  const auto loaded = password_file::load(path);
  REQUIRE_MESSAGE(loaded.has_value(), loaded.error());
  CHECK(loaded->size() == 2);
  CHECK(loaded->accepts("alice", password_of("open sesame")));
  CHECK_FALSE(loaded->accepts("alice", password_of("open sesame!")));
  CHECK_FALSE(loaded->accepts("alice", password_of("")));
  CHECK_FALSE(loaded->accepts("bob", password_of("open sesame")));
  CHECK_FALSE(loaded->accepts("carol", password_of("open sesame")));
  CHECK(loaded->accepts("bob", password_of(std::string_view("\0\xff", 2))));
  CHECK(users.remove("bob"));
  CHECK_FALSE(users.remove("bob"));
}

TEST_CASE("a file of passwords that is none, or that others can read, is refused") {
  const test::temporary_folder folder;
  const auto path = folder.path() + "/users";
  for (const auto* content : {"alice\n", "alice:secret\n", ":$argon2id$x\n", "a b:$argon2id$x\n"}) {
    std::ofstream(path) << "# users\n\n" << content;
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    const auto loaded = password_file::load(path);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().find("line 3 is not USER:HASH") != std::string::npos);
  }
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  CHECK(password_file::load(path).error().find("others can read") != std::string::npos);
  for (const auto* name : {"", "a:b", "a b", "#a", "\x7f"})
    CHECK(password_file::check_user(name).has_value());
}
