#include "mdp/client/line_sockets.hpp"

#include "mdp/net/endpoint.hpp"
#include "mdp/net/frames_io.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/net/steady_now.hpp"
#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"

#include <utility>

namespace mdp::detail {

line_sockets::line_sockets(const client_config& config, const net::wake_fd& wake)
    : config_(config), poll_(wake) {}

bool line_sockets::open(line_id line, const std::string& endpoint) {
  is_changed_ = true;
  try {
    auto& made = sockets_[line];
    made.handle = zmq::socket_t(context_.handle(), zmq::socket_type::dealer);
    if (!net::configure(made.handle, config_.sockets)) {
      made.watch.emplace(context_, made.handle, net::socket_monitor::side::connects);
      if (!net::connect(made.handle, endpoint))
        return true;
    }
  } catch (const zmq::error_t&) { // no descriptors, or too many sockets
  }
  sockets_.erase(line);
  return false;
}

void line_sockets::close(line_id line) {
  is_changed_ = sockets_.erase(line) > 0 || is_changed_;
}

bool line_sockets::send(line_id line, wire::client_request command) {
  const auto entry = sockets_.find(line);
  return entry != sockets_.end() &&
         net::send(entry->second.handle, encode(std::move(command), config_.version)) ==
           net::send_status::sent;
}

void line_sockets::set_reading(line_id line, bool is_read) {
  if (const auto entry = sockets_.find(line); entry != sockets_.end()) {
    entry->second.is_read = is_read;
    is_changed_ = true;
  }
}

void line_sockets::fill_poll_set() {
  poll_.clear();
  polled_.clear();
  for (auto& [line, socket] : sockets_) {
    if (socket.is_read) {
      poll_.add(socket.handle);
      polled_.push_back({line, false});
    }
    poll_.add(socket.watch->handle());
    polled_.push_back({line, true});
  }
  is_changed_ = false;
}

bool line_sockets::wait(time_point deadline, const events& heard) {
  if (is_changed_)
    fill_poll_set();
  const auto timeout =
    deadline == never ? std::nullopt : std::optional(deadline - net::steady_now());
  if (!poll_.wait(timeout))
    return false;
  // The poll set stays as it is until the next wait, whatever becomes of the lines meanwhile.
  for (std::size_t i = 0; i < polled_.size(); ++i) {
    if (!poll_.is_readable(i))
      continue;
    const auto [line, is_watch] = polled_[i];
    if (is_watch)
      look_at_watch(line, heard);
    else
      read_some(line, heard);
  }
  return true;
}

bool line_sockets::read_some(line_id line, const events& heard) {
  const net::message_bounds bounds{config_.limits.max_frames, config_.limits.max_bytes};
  for (std::size_t count = 0; count < defaults::turn_max_messages; ++count) {
    const auto entry = sockets_.find(line);
    if (entry == sockets_.end() || !entry->second.is_read)
      return false; // what came before has closed it, or was enough
    message frames;
    switch (net::receive(entry->second.handle, bounds, frames).status) {
    case net::receive_status::received:
      if (auto reply = wire::decode_at_client(std::move(frames), config_.version, config_.limits))
        heard.received(line, *std::move(reply));
      else
        heard.received(line, std::nullopt);
      break;
    case net::receive_status::too_many_frames:
    case net::receive_status::too_many_bytes:
      heard.received(line, std::nullopt);
      break;
    case net::receive_status::nothing:
    case net::receive_status::terminated:
      return false;
    }
  }
  return true;
}

void line_sockets::look_at_watch(line_id line, const events& heard) {
  const auto entry = sockets_.find(line);
  if (entry == sockets_.end())
    return;
  const auto news = entry->second.watch->take();
  auto& handshake = entry->second.handshake;
  if (news.handshake)
    handshake = news.handshake;
  if (news.handshake == net::handshake_end::succeeded)
    heard.ready(line);
  if (news.lost_connections == 0)
    return;
  const auto why = handshake == net::handshake_end::succeeded ? std::nullopt : handshake;
  while (read_some(line, heard)) { // what came before the end
  }
  if (sockets_.contains(line))
    heard.lost(line, why);
}

} // namespace mdp::detail
