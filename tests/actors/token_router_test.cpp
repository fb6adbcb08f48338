#include "mdp/actors/routing/token_router.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>

using namespace mdp;
using namespace mdp::actors;
using namespace mdp::security;
using namespace std::chrono_literals;

namespace {

constexpr token_time noon{1'000'000s};

struct stage {
  stage() { gate->trust(key.shown()); }

  [[nodiscard]] std::string token(const std::string& service = "image.*") const {
    return sign_token(key, {"alice", {service}, "house", noon, noon + 60s, "t1"}).value();
  }

  /// "passes: BODY", or what the client is told.
  std::string ask(message body, const std::string& service = "image.scale") {
    routed_request request;
    request.service = service;
    request.body = std::move(body);
    const auto verdict = token_router(gate).on_request(request);
    const auto* const told = std::get_if<reply_with>(&verdict.what);
    std::string text = told != nullptr ? "told:" : "passes:";
    for (const auto& each : told != nullptr ? told->body : verdict.body.value())
      text.append(" ").append(each.text());
    return text;
  }

  signing_key key = signing_key::generate();
  token_time now = noon;
  std::shared_ptr<token_gate> gate =
    std::make_shared<token_gate>(token_verifier("house", 5s), [this] { return now; });
};

} // namespace

TEST_CASE_FIXTURE(stage,
                  "a request with a good token passes, with its claims in the token's place") {
  CHECK(ask({frame(token()), frame("cat.jpg")}) ==
        "passes: user=alice\nid=t1\nexpires=1000060\n cat.jpg");
  CHECK(ask({frame(token())}) == "passes: user=alice\nid=t1\nexpires=1000060\n");
}

TEST_CASE_FIXTURE(stage,
                  "a request without a token, or with one that does not count, is answered so") {
  CHECK(ask({frame("cat.jpg")}) == "told: mdp-status 401 token malformed");
  CHECK(ask({frame()}) == "told: mdp-status 401 token malformed");
  CHECK(ask({frame(token() + "x")}).starts_with("told: mdp-status 401 token "));
  CHECK(ask({frame(token("mail"))}) == "told: mdp-status 403 the token is not for image.scale");
  now = noon + 60s + 6s;
  CHECK(ask({frame(token())}) == "told: mdp-status 401 token expired");
}

TEST_CASE_FIXTURE(stage, "keys may change and tokens be revoked while the router works") {
  const auto old = token();
  auto next = signing_key::generate();
  gate->trust(next.shown());
  CHECK(ask({frame(old)}).starts_with("passes"));
  gate->distrust(key.shown());
  CHECK(ask({frame(old)}) == "told: mdp-status 401 token unknown_key");
  key = std::move(next);
  const auto fresh = token();
  REQUIRE(gate->revoke(gate->verify(fresh).value()));
  CHECK(ask({frame(fresh)}) == "told: mdp-status 401 token revoked");
  REQUIRE(gate->revoke_user("alice", noon + 60s));
  key = signing_key::generate();
  gate->trust(key.shown());
  CHECK(ask({frame(token())}) == "told: mdp-status 401 token revoked");
}
