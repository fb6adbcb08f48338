#include "mdp/conformance/raw_peer.hpp"

#include "mdp/defaults.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace mdp::conformance {

namespace {

/// Where a socket's events are read. Names are the context's, but unique ones for all do no harm.
std::string event_endpoint() {
  static std::atomic<unsigned> count{0};
  return "inproc://conformance-events-" + std::to_string(++count);
}

} // namespace

raw_peer::raw_peer(zmq::context_t& context, const std::string& endpoint,
                   const net::socket_config& sockets, zmq::socket_type type)
    : socket_(context, type), events_(context, zmq::socket_type::pair) {
  socket_.set(zmq::sockopt::linger, static_cast<int>(defaults::conformance_settle.count()));
  events_.set(zmq::sockopt::linger, 0);
  const auto events = event_endpoint();
  if (zmq_socket_monitor(socket_.handle(), events.c_str(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED) != 0)
    throw zmq::error_t();
  events_.connect(events);
  socket_.set(zmq::sockopt::ipv6, net::is_ipv6_literal(endpoint));
  if (const auto refused = net::secure(socket_, sockets))
    throw zmq::error_t(refused.value());
  socket_.connect(endpoint);
}

bool raw_peer::is_connected_by(time_point deadline) {
  if (!wait_for_input(events_, deadline))
    return false;
  std::ignore = take_message(events_);
  return true;
}

bool raw_peer::send(const frames& message) {
  return send_message(socket_, message);
}

std::optional<frames> raw_peer::receive(time_point deadline) {
  if (!wait_for_input(socket_, deadline))
    return std::nullopt;
  return take_message(socket_, &remote_type_);
}

void raw_peer::close() {
  // The monitor first: it writes to events_.
  zmq_socket_monitor(socket_.handle(), nullptr, 0);
  socket_.close();
  events_.close();
}

bool wait_for_input(zmq::socket_ref socket, time_point deadline) {
  zmq_pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
  for (;;) {
    const auto left = std::max(deadline - net::steady_now(), duration::zero());
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int found = zmq_poll(&item, 1, static_cast<long>(ms));
    if (found < 0 && zmq_errno() != EINTR)
      throw zmq::error_t();
    if (found > 0)
      return true;
    if (net::steady_now() >= deadline)
      return false;
  }
}

frames take_message(zmq::socket_ref socket, std::string* remote_type) {
  frames message;
  zmq::message_t part;
  do {
    if (!socket.recv(part))
      throw zmq::error_t();
    if (remote_type != nullptr)
      if (const char* type = zmq_msg_gets(part.handle(), "Socket-Type"); type != nullptr)
        *remote_type = type;
    message.push_back(part.to_string());
  } while (part.more());
  return message;
}

bool send_message(zmq::socket_ref socket, const frames& message) {
  for (std::size_t i = 0; i < message.size(); ++i) {
    auto flags = zmq::send_flags::dontwait;
    if (i + 1 < message.size())
      flags = flags | zmq::send_flags::sndmore;
    if (!socket.send(zmq::buffer(message[i]), flags))
      return false; // full; only the first frame can meet that
  }
  return true;
}

} // namespace mdp::conformance
