#include "mdp/security/certificate.hpp"
#include "support/worker_keys.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp;
using namespace mdp::apps;

namespace {

const auto one = security::certificate::generate().key();
const auto two = security::certificate::generate().key();

std::string worker(const std::string& service, const std::string& key) {
  return R"({"service":")" + service + R"(","capacity":1)" +
         (key.empty() ? "" : R"(,"key":")" + key + '"') + "}";
}

std::string list(const std::string& first, const std::string& second) {
  return '[' + first + ',' + second + ']';
}

} // namespace

TEST_CASE("the one key that a service's workers announce is found, whatever others announce") {
  for (const auto& json : {list(worker("vault", one.text()), worker("bank", two.text())),
                           list(worker("vault", one.text()), worker("vault", one.text())),
                           list(worker("vault", ""), worker("vault", one.text())),
                           list(worker("vault", one.text()), worker("va*", two.text()))}) {
    CAPTURE(json);
    const auto found = announced_key(json, "vault");
    REQUIRE(found);
    CHECK(found->key == one);
    CHECK(found->offered_as == "vault");
  }
}

TEST_CASE("where no worker has the name, the longest pattern that fits counts") {
  const auto found = announced_key(
    list(worker("image.*", two.text()), worker("image.scale.*", one.text())), "image.scale.half");
  REQUIRE(found);
  CHECK(found->key == one);
  CHECK(found->offered_as == "image.scale.*");
  CHECK(announced_key(list(worker("*", two.text()), worker("image.*", one.text())), "image.crop")
          ->offered_as == "image.*");
  CHECK_FALSE(announced_key(list(worker("image.*", one.text()), worker("vault", "")), "image."));
  // Workers of the very name get the request, and these have no key.
  CHECK_FALSE(announced_key(list(worker("image.*", one.text()), worker("image.a", "")), "image.a"));
}

TEST_CASE("no key, two keys and nonsense are errors of one line") {
  for (const auto& json : {list(worker("bank", one.text()), worker("vault", "")), std::string("[]"),
                           std::string("{}"), std::string(), std::string("[1,{}]"),
                           list(worker("vault", one.text()), worker("vault", two.text())),
                           list(worker("vault", "nonsense"), worker("bank", "")),
                           std::string(R"([{"service":"vault","key":7}])")}) {
    CAPTURE(json);
    const auto found = announced_key(json, "vault");
    REQUIRE_FALSE(found);
    CHECK_FALSE(found.error().empty());
    CHECK(found.error().find('\n') == std::string::npos);
  }
}
