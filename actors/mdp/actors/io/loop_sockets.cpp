#include "mdp/actors/io/loop_sockets.hpp"

#include "mdp/assert.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/net/zmq_error.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace mdp::actors::io {

namespace {

using open_result = std::pair<zmq::socket_t, std::error_code>;

open_result make_socket(net::context& context, zmq::socket_type type,
                        const net::socket_config& options) {
  try {
    zmq::socket_t socket(context.handle(), type);
    const auto error = net::configure(socket, options);
    return {std::move(socket), error};
  } catch (const zmq::error_t& failure) { // EMFILE: no more descriptors, or sockets
    return {zmq::socket_t(), net::zmq_error(failure.num())};
  }
}

/// Binds or connects, whichever of the two `attach` is.
template <class Attach>
std::error_code attach_to(zmq::socket_t& socket, const std::string& endpoint, Attach attach) {
  // For this endpoint alone: with the option on, "*" and host names would mean IPv6 too.
  socket.set(zmq::sockopt::ipv6, net::is_ipv6_literal(endpoint));
  if (attach(socket.handle(), endpoint.c_str()) != 0)
    return net::last_zmq_error();
  return {};
}

} // namespace

loop_report loop_sockets::open(const open_router& command) {
  auto [handle, error] = make_socket(context_, zmq::socket_type::router, command.options);
  if (!error && command.endpoints.empty())
    error = net::zmq_error(EINVAL);
  if (error)
    return bind_failed{command.socket, command.endpoints.empty() ? "" : command.endpoints.front(),
                       error};
  bound report{command.socket, {}};
  for (const auto& endpoint : command.endpoints) {
    if (const auto refused = attach_to(handle, endpoint, zmq_bind))
      return bind_failed{command.socket, endpoint, refused};
    report.endpoints.push_back(net::last_endpoint(handle));
  }
  add({.id = command.socket,
       .handle = std::move(handle),
       .kind = socket_kind::router,
       .limits = command.limits});
  return report;
}

loop_report loop_sockets::open(const open_dealer& command) {
  auto [handle, error] = make_socket(context_, zmq::socket_type::dealer, command.options);
  if (!error)
    error = attach_to(handle, command.endpoint, zmq_connect);
  if (error)
    return connect_failed{command.socket, command.endpoint, error};
  add({.id = command.socket,
       .handle = std::move(handle),
       .kind = command.role == dealer_role::worker ? socket_kind::worker : socket_kind::client,
       .version = command.version,
       .limits = command.limits});
  return connected{command.socket};
}

loop_socket* loop_sockets::find(socket_id id) noexcept {
  const auto known = sockets_.find(id);
  return known == sockets_.end() ? nullptr : &known->second;
}

void loop_sockets::close(socket_id id, time_point deadline) {
  auto* socket = find(id);
  if (socket == nullptr)
    return;
  if (socket->close_by == never) {
    ++closing_;
    has_changed_ = true;
    socket->is_readable = false;
  }
  socket->close_by = std::min(socket->close_by, deadline);
}

void loop_sockets::close_all(time_point deadline) {
  for (const auto& [id, socket] : sockets_)
    close(id, deadline);
}

void loop_sockets::close_due(time_point now) {
  using std::chrono::milliseconds;
  for (auto next = sockets_.begin(); next != sockets_.end();) {
    auto& socket = next->second;
    if (socket.close_by == never || (now < socket.close_by && socket.backlog.size() > 0)) {
      ++next;
      continue;
    }
    const auto rest = std::max(socket.close_by - now, duration::zero());
    net::set_linger(socket.handle, std::chrono::ceil<milliseconds>(rest));
    next = sockets_.erase(next); // libzmq goes on with the linger by itself
    --closing_;
    has_changed_ = true;
  }
}

bool loop_sockets::wait(std::optional<duration> timeout) {
  if (has_changed_)
    update_poll_set();
  if (!poll_.wait(timeout))
    throw context_terminated();
  for (std::size_t i = 0; i < polled_.size(); ++i) {
    if (poll_.is_readable(i))
      polled_[i]->is_readable = true;
  }
  return poll_.is_woken();
}

time_point loop_sockets::next_due() const noexcept {
  auto due = never;
  for (const auto& [id, socket] : sockets_)
    due = std::min({due, socket.backlog.next_due(), socket.close_by});
  return due;
}

void loop_sockets::add(loop_socket socket) {
  const auto id = socket.id;
  const bool is_new = sockets_.emplace(id, std::move(socket)).second;
  MDP_ASSERT(is_new); // ids are never used again
  has_changed_ = true;
}

void loop_sockets::update_poll_set() {
  poll_.clear();
  polled_.clear();
  for (auto& [id, socket] : sockets_) {
    if (socket.close_by != never)
      continue;
    poll_.add(socket.handle);
    polled_.push_back(&socket);
  }
  has_changed_ = false;
}

} // namespace mdp::actors::io
