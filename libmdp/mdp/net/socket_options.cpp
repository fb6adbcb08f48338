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
  socket.set(zmq::sockopt::handshake_ivl, to_milliseconds(config.handshake_timeout));
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

void set_plain_options(zmq::socket_ref socket, const socket_config& config, bool is_listener) {
  const auto& plain = config.plain;
  if (config.curve.is_on() || is_listener != plain.is_listener)
    throw zmq::error_t(EINVAL); // the last mechanism to be set would be spoken
  if (is_listener)
    return socket.set(zmq::sockopt::plain_server, true);
  if (!plain.password)
    throw zmq::error_t(EINVAL);
  const auto password = plain.password->text();
  if (zmq_setsockopt(socket.handle(), ZMQ_PLAIN_USERNAME, plain.user.data(), plain.user.size()) !=
        0 ||
      zmq_setsockopt(socket.handle(), ZMQ_PLAIN_PASSWORD, password.data(), password.size()) != 0)
    throw zmq::error_t();
}

void set_mechanism(zmq::socket_ref socket, const socket_config& config, bool is_listener) {
  if (config.curve.is_on())
    set_curve_options(socket, config.curve, is_listener);
  if (config.plain.is_on())
    set_plain_options(socket, config, is_listener);
}

/// NULL when the context ends.
int mechanism_of(zmq::socket_ref socket) {
  int mechanism = ZMQ_NULL;
  std::size_t size = sizeof mechanism;
  zmq_getsockopt(socket.handle(), ZMQ_MECHANISM, &mechanism, &size);
  return mechanism;
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
    set_mechanism(socket, config, is_listener);
  } catch (const zmq::error_t& refused) {
    return zmq_error(refused.num());
  }
  return {};
}

std::error_code secure(zmq::socket_ref socket, const socket_config& config) {
  try {
    set_mechanism(socket, config,
                  socket.get(zmq::sockopt::socket_type) == zmq::socket_type::router);
  } catch (const zmq::error_t& refused) {
    return zmq_error(refused.num());
  }
  return {};
}

std::size_t wrapping_bytes(zmq::socket_ref socket) {
  // A MESSAGE command's name with its length, a nonce, the box's authenticator, the frame's flags
  // (CurveZMQ, 26/CURVEZMQ). NULL and PLAIN add nothing.
  constexpr std::size_t curve = 8 + 8 + 16 + 1;
  return mechanism_of(socket) == ZMQ_CURVE ? curve : 0;
}

handshake_traffic shortest_handshake(zmq::socket_ref socket) {
  // 37/ZMTP. Who is refused gets an ERROR instead of READY, which is shorter.
  constexpr std::uint64_t greeting = 64;
  constexpr std::uint64_t their_ready = 27;    // with `REQ` for its one property
  constexpr std::uint64_t our_ready = 30;      // with `ROUTER` at least
  constexpr std::uint64_t curve_welcome = 170; // only the right key knows the answer
  constexpr std::uint64_t curve_box = 24;      // around our READY
  constexpr std::uint64_t plain_welcome = 10;  // after the password
  switch (mechanism_of(socket)) {
  case ZMQ_CURVE:
    return {0, greeting + curve_welcome + curve_box + our_ready};
  case ZMQ_PLAIN:
    return {0, greeting + plain_welcome + our_ready};
  default:
    return {greeting + their_ready, greeting + our_ready};
  }
}

void set_linger(zmq::socket_ref socket, std::chrono::milliseconds linger) {
  socket.set(zmq::sockopt::linger, to_milliseconds(linger));
}

} // namespace mdp::net
