#include "mdp/net/socket_options.hpp"

#include "mdp/net/zmq_error.hpp"
#include "mdp/security/certificate.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>

namespace mdp::net {

namespace {

/// ZMQ_ZAP_ENFORCE_DOMAIN: zmq.h shows it to draft builds only, libzmq 4.3 takes it in any.
constexpr int zap_enforce_domain = 93;

int to_milliseconds(std::chrono::milliseconds time) noexcept {
  using rep = std::chrono::milliseconds::rep;
  return static_cast<int>(std::clamp<rep>(time.count(), 0, std::numeric_limits<int>::max()));
}

std::int64_t to_option(std::size_t bytes) noexcept {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  return bytes < static_cast<std::size_t>(largest) ? static_cast<std::int64_t>(bytes) : largest;
}

void set_router_options(zmq::socket_ref socket, const socket_config& config) {
  // Without MANDATORY what cannot be delivered is lost in silence (T14, T21, T22).
  socket.set(zmq::sockopt::router_mandatory, true);
  // A stranger who takes over a living peer's identity is worse than a wait for it to be free.
  socket.set(zmq::sockopt::router_handover, false);
  // Only who listens: a connecting socket would have a handler in its process judge the server.
  socket.set(zmq::sockopt::zap_domain, zap_domain);
  // Otherwise libzmq lets everybody in whose handshake ends between the handler's end and ours.
  if (!config.is_guarded)
    return;
  constexpr int yes = 1;
  if (zmq_setsockopt(socket.handle(), zap_enforce_domain, &yes, sizeof yes) != 0)
    throw zmq::error_t();
}

void set_key(zmq::socket_ref socket, int option, const void* key) {
  if (zmq_setsockopt(socket.handle(), option, key, security::public_key::byte_count) != 0)
    throw zmq::error_t();
}

/// As raw bytes: text would be one more copy of a secret. libzmq's own copy is not wiped.
void set_own_keys(zmq::socket_ref socket, const security::certificate& own) {
  set_key(socket, ZMQ_CURVE_PUBLICKEY, own.key().bytes().data());
  set_key(socket, ZMQ_CURVE_SECRETKEY, own.secret_key().bytes().data());
}

void set_curve_options(zmq::socket_ref socket, const security::curve_config& curve,
                       bool is_listener) {
  if (is_listener ? curve.own == nullptr : !curve.server.has_value())
    throw zmq::error_t(EINVAL); // it would speak to anybody, in the clear
  if (curve.own)
    set_own_keys(socket, *curve.own);
  else
    set_own_keys(socket, security::certificate::generate());
  if (is_listener)
    socket.set(zmq::sockopt::curve_server, true);
  else
    set_key(socket, ZMQ_CURVE_SERVERKEY, curve.server->bytes().data());
}

} // namespace

std::error_code configure(zmq::socket_ref socket, const socket_config& config) {
  if (config.send_high_water_mark < 1 || config.receive_high_water_mark < 1)
    return zmq_error(EINVAL); // 0 would be "unlimited" to libzmq
  try {
    socket.set(zmq::sockopt::sndhwm, config.send_high_water_mark);
    socket.set(zmq::sockopt::rcvhwm, config.receive_high_water_mark);
    socket.set(zmq::sockopt::maxmsgsize, to_option(config.max_message_bytes));
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::heartbeat_ivl, to_milliseconds(config.zmtp_heartbeat_interval));
    socket.set(zmq::sockopt::heartbeat_timeout, to_milliseconds(config.zmtp_heartbeat_timeout));
    socket.set(zmq::sockopt::tcp_keepalive, 1);
    socket.set(zmq::sockopt::tcp_keepalive_idle,
               static_cast<int>(defaults::tcp_keepalive_idle.count()));
    socket.set(zmq::sockopt::tcp_keepalive_intvl,
               static_cast<int>(defaults::tcp_keepalive_interval.count()));
    socket.set(zmq::sockopt::tcp_keepalive_cnt, defaults::tcp_keepalive_count);
    socket.set(zmq::sockopt::backlog, config.backlog);
    const bool is_listener = socket.get(zmq::sockopt::socket_type) == zmq::socket_type::router;
    if (is_listener)
      set_router_options(socket, config);
    if (config.curve.is_on())
      set_curve_options(socket, config.curve, is_listener);
  } catch (const zmq::error_t& refused) {
    return zmq_error(refused.num());
  }
  return {};
}

std::size_t wrapping_bytes(zmq::socket_ref socket) {
  int mechanism = ZMQ_NULL;
  std::size_t size = sizeof mechanism;
  if (zmq_getsockopt(socket.handle(), ZMQ_MECHANISM, &mechanism, &size) != 0)
    return 0; // the context ends
  // A MESSAGE command's name with its length, a nonce, the box's authenticator, the frame's flags
  // (CurveZMQ, 26/CURVEZMQ). NULL and PLAIN add nothing.
  constexpr std::size_t curve = 8 + 8 + 16 + 1;
  return mechanism == ZMQ_CURVE ? curve : 0;
}

void set_linger(zmq::socket_ref socket, std::chrono::milliseconds linger) {
  socket.set(zmq::sockopt::linger, to_milliseconds(linger));
}

} // namespace mdp::net
