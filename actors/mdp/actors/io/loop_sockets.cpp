#include "mdp/actors/io/loop_sockets.hpp"

#include "mdp/assert.hpp"
#include "mdp/defaults.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/net/zmq_error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <system_error>
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

std::unique_ptr<net::socket_monitor> watch(net::context& context, zmq::socket_t& socket,
                                           net::socket_monitor::side side, std::error_code& error) {
  try {
    return std::make_unique<net::socket_monitor>(context, socket, side);
  } catch (const zmq::error_t& failure) {
    error = net::zmq_error(failure.num());
    return nullptr;
  }
}

/// Adds how others can listen there as well; the failure if they cannot.
std::optional<bind_failed> share(net::socket_monitor& monitor, bound& report) {
  const auto descriptors = monitor.take_listening();
  if (descriptors.size() != report.endpoints.size()) // a transport that libzmq listens to otherwise
    return bind_failed{report.socket, report.endpoints.front(), net::zmq_error(EPROTONOSUPPORT)};
  try {
    for (const auto descriptor : descriptors)
      report.listeners.push_back(std::make_shared<const net::shared_listener>(descriptor));
  } catch (const std::system_error& failure) {
    return bind_failed{report.socket, report.endpoints.front(), failure.code()};
  }
  return std::nullopt;
}

/// Room for a whole message and for what is in buffers.
std::uint64_t endless_bound(const wire::limits& limits) noexcept {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max() - defaults::endless_slack_bytes;
  return std::min<std::uint64_t>(limits.max_bytes, most) + defaults::endless_slack_bytes;
}

} // namespace

std::optional<loop_report> loop_sockets::guard(guard_sockets& command,
                                               security::password_checker::listener checked) {
  try {
    door_.emplace(context_.handle(), command, std::move(checked));
  } catch (const zmq::error_t& failure) {
    return bind_failed{command.socket, "the handler of admissions", net::zmq_error(failure.num())};
  }
  has_changed_ = true;
  is_asked_ = true;
  return std::nullopt;
}

void loop_sockets::settle(const password_checked& news, time_point now,
                          std::vector<loop_report>& reports) {
  if (!door_)
    return;
  door_->settle(news, now, reports);
  is_asked_ = true; // sending may take a signal of input
}

void loop_sockets::answer_at_door(time_point now, std::vector<loop_report>& reports) {
  if (is_asked_)
    is_asked_ = door_->answer(now, reports);
}

loop_report loop_sockets::open(const open_router& command) {
  auto [handle, error] = make_socket(context_, zmq::socket_type::router, command.options);
  if (!error && command.endpoints.empty())
    error = net::zmq_error(EINVAL);
  std::unique_ptr<net::socket_monitor> monitor;
  if (!error)
    monitor = watch(context_, handle, net::socket_monitor::side::listens, error);
  if (error)
    return bind_failed{command.socket, command.endpoints.empty() ? "" : command.endpoints.front(),
                       error};
  const auto wrapping = net::wrapping_bytes(handle);
  const auto handshake = net::shortest_handshake(handle);
  bound report{command.socket, {}, {}};
  for (std::size_t i = 0; i < command.endpoints.size(); ++i) {
    const auto& endpoint = command.endpoints[i];
    const auto refused = command.listeners.empty() ? net::bind(handle, endpoint)
                                                   : command.listeners[i]->add(handle, endpoint);
    if (refused)
      return bind_failed{command.socket, endpoint, refused};
    report.endpoints.push_back(net::last_endpoint(handle));
  }
  if (command.is_shared) {
    if (auto failed = share(*monitor, report))
      return *std::move(failed);
  }
  add({.id = command.socket,
       .handle = std::move(handle),
       .kind = socket_kind::router,
       .limits = command.limits,
       .monitor = std::move(monitor),
       .max_connections = command.max_connections,
       .endless =
         peers::endless_messages({endless_bound(command.limits), command.max_unfinished_bytes}),
       .wrapping = wrapping,
       .has_users = command.options.curve.is_on() || command.options.plain.is_on(),
       .admitted = command.users,
       .handshakes = peers::open_handshakes(command.handshakes),
       .handshake_bytes = handshake});
  return report;
}

loop_report loop_sockets::open(const open_dealer& command) {
  auto [handle, error] = make_socket(context_, zmq::socket_type::dealer, command.options);
  std::unique_ptr<net::socket_monitor> monitor;
  if (!error)
    monitor = watch(context_, handle, net::socket_monitor::side::connects, error);
  if (!error)
    error = net::connect(handle, command.endpoint);
  if (error)
    return connect_failed{command.socket, command.endpoint, error};
  add({.id = command.socket,
       .handle = std::move(handle),
       .kind = socket_kind::worker,
       .version = command.version,
       .limits = command.limits,
       .monitor = std::move(monitor)});
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
    socket->next_look = never;
  }
  socket->close_by = std::min(socket->close_by, deadline);
}

void loop_sockets::close_all(time_point deadline) {
  for (const auto& [id, socket] : sockets_)
    close(id, deadline);
}

void loop_sockets::close_due(time_point now, std::vector<loop_report>& reports) {
  using std::chrono::milliseconds;
  for (auto next = sockets_.begin(); next != sockets_.end();) {
    auto& socket = next->second;
    if (socket.close_by == never || (now < socket.close_by && socket.backlog.size() > 0)) {
      ++next;
      continue;
    }
    if (const auto parked = socket.backlog.size(); parked > 0)
      reports.push_back(peer_unreachable{next->first, peer_id{}, frame(), unreachable_reason::ended,
                                         parked, std::nullopt});
    const auto rest = std::max(socket.close_by - now, duration::zero());
    net::set_linger(socket.handle, std::chrono::ceil<milliseconds>(rest));
    next = sockets_.erase(next); // libzmq goes on with the linger by itself
    --closing_;
    has_changed_ = true;
  }
}

bool loop_sockets::is_any_readable() {
  if (has_changed_)
    update_poll_set();
  return is_asked_ ||
         std::ranges::any_of(polled_, [](const auto* socket) { return socket->is_readable; });
}

bool loop_sockets::wait(std::optional<duration> timeout) {
  if (has_changed_)
    update_poll_set();
  poll_.wait(timeout);
  for (std::size_t i = 0; i < polled_.size(); ++i)
    polled_[i]->is_readable |= poll_.is_signalled(i);
  for (std::size_t i = 0; i < monitored_.size(); ++i)
    monitored_[i]->has_news |= poll_.is_signalled(polled_.size() + i);
  if (door_)
    is_asked_ |= poll_.is_signalled(polled_.size() + monitored_.size());
  return poll_.is_woken();
}

bool loop_sockets::wait_without_input(duration timeout) {
  poll_.wait_for_wake(timeout);
  is_asked_ = door_.has_value(); // whoever connects need not wait for room
  return poll_.is_woken();
}

time_point loop_sockets::next_due() const noexcept {
  auto due = never;
  for (const auto& [id, socket] : sockets_)
    due = std::min({due, socket.backlog.next_due(), socket.close_by, socket.next_look});
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
  monitored_.clear();
  const auto add_to_set = [this](zmq::socket_ref socket) {
    if (!poll_.add(socket))
      throw context_terminated();
  };
  for (auto& [id, socket] : sockets_) {
    if (socket.close_by != never)
      continue;
    add_to_set(socket.handle);
    polled_.push_back(&socket);
    if (socket.monitor)
      monitored_.push_back(&socket);
  }
  for (auto* socket : monitored_)
    add_to_set(socket->monitor->handle());
  if (door_)
    add_to_set(door_->handle());
  has_changed_ = false;
}

} // namespace mdp::actors::io
