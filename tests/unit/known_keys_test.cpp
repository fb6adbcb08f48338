#include "mdp/security/certificate.hpp"
#include "mdp/security/known_keys.hpp"
#include "support/process.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

using namespace mdp::security;

namespace {

struct pins {
  mdp::test::temporary_folder folder;
  std::string path = folder.path() + "/known";
  public_key first = certificate::generate().key();
  public_key second = certificate::generate().key();

  void write(const std::string& text) const { std::ofstream(path) << text; }
};

} // namespace

TEST_CASE_FIXTURE(
  pins, "the first key of a service is kept, and another one is an error that says what to do") {
  auto known = known_keys::load(path).value();
  CHECK(known.trust("vault", first) == true);
  CHECK(known.trust("vault", first) == false);
  CHECK(known.trust("bank", second) == true);
  auto later = known_keys::load(path).value();
  CHECK(later.trust("vault", first) == false);
  const auto changed = later.trust("vault", second);
  REQUIRE_FALSE(changed);
  for (const auto& part : {std::string("vault"), first.text(), second.text(), path})
    CHECK(changed.error().find(part) != std::string::npos);
  CHECK(changed.error().find('\n') == std::string::npos);
  CHECK(known_keys::load(path).value().trust("vault", first) == false); // and nothing has changed
}

TEST_CASE_FIXTURE(pins,
                  "a file of keys may be written by hand, and what is wrong with it is said") {
  write("# ours\n\nvault " + first.text() + "\nvault " + first.text() + "\n");
  CHECK(known_keys::load(path).value().trust("vault", first) == false);
  write("vault " + first.text() + "\nvault " + second.text() + "\n");
  CHECK(known_keys::load(path).error().find("line 2") != std::string::npos);
  for (const auto* text : {"vault\n", " ", "vault nonsense\n", "vault  x"}) {
    write(text);
    CHECK(known_keys::load(path).error().find("line 1") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(pins, "a key that cannot be written down is not trusted") {
  auto known = known_keys::load(folder.path() + "/nowhere/known").value();
  CHECK_FALSE(known.trust("vault", first));
  CHECK_FALSE(known.trust("vault", second));
}
