#include "mdp/net/handshake.hpp"

#include "mdp/assert.hpp"

namespace mdp::net {

namespace {

std::string explain_refusal(const socket_config& options) {
  if (options.curve.is_on())
    return options.curve.own ? "the broker refuses this certificate (400): its key is not among "
                               "those it lets in, or this address is not"
                             : "the broker refuses a key that it does not know (400): it wants to "
                               "see a certificate";
  if (options.plain.is_on())
    return "the broker refuses this name and password (400)";
  return "the broker refuses this address (400)";
}

std::string explain_break(const socket_config& options) {
  if (options.curve.is_on())
    return "the handshake failed: is the server key right, and does the broker speak CURVE?";
  if (options.plain.is_on())
    return "the handshake failed: does the broker speak PLAIN?";
  return "the handshake failed: does the broker want its server key (CURVE) or a password (PLAIN), "
         "or is it no broker?";
}

} // namespace

std::string explain(handshake_end how, const socket_config& options) {
  MDP_ASSERT(how != handshake_end::succeeded);
  return how == handshake_end::refused ? explain_refusal(options) : explain_break(options);
}

} // namespace mdp::net
