#pragma once

#include "mdp/actors/routing/router.hpp"
#include "mdp/security/token_gate.hpp"

#include <memory>
#include <string>

namespace mdp::actors {

/// A router that lets a request pass only behind a token that counts, and that says its user may call
/// this service. The token is the first frame of the body. The router takes it off, so that no worker
/// sees it, and puts what it claims in its place, see `claims_frame()`.
///
/// Whoever has none is told so at once: `mdp-status 401 token <why>`, or `403` for a service that the
/// token does not name. What is left to others is giving tokens out: a service, which has to be reached
/// without one (`router_spec::services`).
class token_router : public router {
public:
  /// `gate` is shared with whoever changes keys and revokes; it outlives the router's restarts.
  explicit token_router(std::shared_ptr<const security::token_gate> gate);

  request_verdict on_request(const routed_request& request) override;

private:
  std::shared_ptr<const security::token_gate> gate_;
};

/// What services see in the token's place: lines of `name=value`, for `user`, `id`, and `expires` in
/// seconds since 1970.
[[nodiscard]] frame claims_frame(const security::token_claims& claims);

} // namespace mdp::actors
