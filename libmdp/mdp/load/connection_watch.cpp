#include "mdp/load/connection_watch.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace mdp::load {

namespace {

constexpr int watched_events =
  ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
  ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

std::string watch_endpoint() {
  static std::atomic<unsigned> count{0};
  return "inproc://load-events-" + std::to_string(++count);
}

connection_watch::state state_after(std::uint16_t event) {
  if (event == ZMQ_EVENT_CONNECTED)
    return connection_watch::state::silent;
  return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? connection_watch::state::ready
                                                : connection_watch::state::refused;
}

} // namespace

connection_watch::connection_watch(zmq::context_t& context, zmq::socket_ref socket)
    : watched_(socket), events_(context, zmq::socket_type::pair) {
  const auto endpoint = watch_endpoint();
  if (zmq_socket_monitor(socket.handle(), endpoint.c_str(), watched_events) != 0)
    throw zmq::error_t();
  events_.set(zmq::sockopt::linger, 0);
  events_.connect(endpoint);
}

connection_watch::~connection_watch() {
  zmq_socket_monitor(watched_.handle(), nullptr, 0);
}

connection_watch::state connection_watch::look() {
  zmq::message_t part;
  while (events_.recv(part, zmq::recv_flags::dontwait)) {
    std::uint16_t event = 0;
    if (part.size() >= sizeof event)
      std::memcpy(&event, part.data(), sizeof event);
    best_ = std::max(best_, state_after(event));
    if (!events_.recv(part, zmq::recv_flags::dontwait)) // the address, which is known
      break;
  }
  return best_;
}

} // namespace mdp::load
