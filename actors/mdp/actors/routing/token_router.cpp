#include "mdp/actors/routing/token_router.hpp"

#include "mdp/engine/service_pattern.hpp"
#include "mdp/service/status_reply.hpp"

#include <algorithm>
#include <utility>

namespace mdp::actors {

namespace {

constexpr int unauthorized = 401;
constexpr int forbidden = 403;

} // namespace

token_router::token_router(std::shared_ptr<const security::token_gate> gate)
    : gate_(std::move(gate)) {}

request_verdict token_router::on_request(const routed_request& request) {
  auto body = request.body;
  const auto token = body.pop();
  const auto claims = gate_->verify(token ? token->text() : std::string_view());
  if (!claims)
    return reply_with{
      status_reply(unauthorized, "token " + std::string(to_string(claims.error())))};
  const bool may_call = std::ranges::any_of(claims->services, [&](const std::string& service) {
    return engine::covers(service, request.service);
  });
  if (!may_call)
    return reply_with{status_reply(forbidden, "the token is not for " + request.service)};
  body.push(claims_frame(*claims));
  return {forward_on{}, std::move(body)};
}

frame claims_frame(const security::token_claims& claims) {
  return frame("user=" + claims.user + "\nid=" + claims.id +
               "\nexpires=" + std::to_string(claims.expires.time_since_epoch().count()) + '\n');
}

} // namespace mdp::actors
