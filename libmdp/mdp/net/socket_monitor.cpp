#include "mdp/net/socket_monitor.hpp"

#include "mdp/net/zmq_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace mdp::net {

namespace {

constexpr int listener_events =
  ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_ACCEPT_FAILED;

/// A handshake that breaks off has several events, or none beside the end of its connection.
constexpr int connecting_events =
  ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

/// Each watched socket's events come from an address of their own within the context.
std::string address_for(zmq::socket_ref socket) {
  return "inproc://monitor-" + std::to_string(reinterpret_cast<std::uintptr_t>(socket.handle()));
}

} // namespace

socket_monitor::socket_monitor(context& owner, zmq::socket_ref socket, side which)
    : watched_(socket), side_(which), reader_(owner.handle(), zmq::socket_type::pair) {
  // libzmq's I/O thread writes the events and waits for room. It must never wait, as we may be
  // waiting for it; what it can pile up between two turns of a loop is little.
  reader_.set(zmq::sockopt::rcvhwm, 0);
  const auto address = address_for(socket);
  const auto events = which == side::listens ? listener_events : connecting_events;
  if (zmq_socket_monitor(socket.handle(), address.c_str(), events) != 0)
    throw zmq::error_t();
  reader_.connect(address);
}

socket_monitor::~socket_monitor() {
  // The writer first: without a reader it would wait for one.
  zmq_socket_monitor(watched_.handle(), nullptr, 0);
}

socket_monitor::news socket_monitor::take() {
  read();
  listening_.clear(); // nobody asks any more
  return std::exchange(unread_, {});
}

std::vector<int> socket_monitor::take_listening() {
  read();
  return std::exchange(listening_, {});
}

void socket_monitor::read() {
  auto& all = unread_;
  zmq::message_t event;
  while (reader_.recv(event, zmq::recv_flags::dontwait)) {
    // Two frames: 16 bits of event and 32 bits of value, then the endpoint. See zmq_socket_monitor(3).
    std::array<std::byte, 6> bytes{};
    std::memcpy(bytes.data(), event.data(), std::min(bytes.size(), event.size()));
    std::uint16_t what = 0;
    std::uint32_t value = 0;
    std::memcpy(&what, bytes.data(), sizeof what);
    std::memcpy(&value, bytes.data() + sizeof what, sizeof value);
    while (event.more())
      static_cast<void>(reader_.recv(event, zmq::recv_flags::dontwait));
    if (side_ == side::connects)
      note_connecting(what, all);
    if (what == ZMQ_EVENT_ACCEPTED) {
      all.accepted.push_back(static_cast<int>(value));
      all.changes.push_back({static_cast<int>(value), true});
    } else if (what == ZMQ_EVENT_DISCONNECTED) {
      ++all.lost_connections;
      all.changes.push_back({static_cast<int>(value), false});
    } else if (what == ZMQ_EVENT_LISTENING) {
      listening_.push_back(static_cast<int>(value));
    } else if (what == ZMQ_EVENT_ACCEPT_FAILED &&
               value != std::uint32_t{EAGAIN}) { // see shared_listener
      ++all.failed_accepts;
      all.accept_error = zmq_error(static_cast<int>(value));
    }
  }
}

void socket_monitor::note_connecting(std::uint16_t event, news& all) {
  if (event == ZMQ_EVENT_DISCONNECTED) {
    if (!now_) // it was not through
      all.handshake = handshake_end::broken;
    now_.reset();
    return;
  }
  now_ = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? handshake_end::succeeded : handshake_end::refused;
  all.handshake = now_;
}

} // namespace mdp::net
