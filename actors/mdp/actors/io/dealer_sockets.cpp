#include "mdp/actors/io/dealer_sockets.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/net/handshake.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace mdp::actors::io {

template <class Message>
void dealer_sockets::tell_owner(socket_id socket, Message message) {
  if (const auto entry = owners_.find(socket); entry != owners_.end())
    tell(self_, entry->second.worker, std::move(message));
}

template <class Message>
void dealer_sockets::deliver(socket_id socket, Message message) {
  const auto entry = owners_.find(socket);
  if (entry == owners_.end())
    return counters_->late_messages.add();
  ++entry->second.delivered;
  tell(self_, entry->second.worker, std::move(message));
}

void dealer_sockets::open(open_socket& request, socket_id socket) {
  // An actor that fails says no last word, and its socket would stay: the broker would send to nobody.
  notify_exit(request.worker, io_actor{self_}, [socket](const exit_kind&) {
    return close_owned_socket{socket, {}, {}};
  });
  owners_.emplace(socket, owner{std::move(request.worker)});
  std::ignore = outbox_->push(
    open_dealer{socket, std::move(request.endpoint), request.version, options_, limits_});
}

void dealer_sockets::send(send_on_socket& request) {
  if (!owns(request.socket))
    return counters_->undelivered.add();
  if (outbox_->push(send_frames{request.socket, {}, {}, std::move(request.frames)}))
    return;
  counters_->outbox_refused.add();
  tell_owner(request.socket, socket_failed{std::make_error_code(std::errc::no_buffer_space)});
}

void dealer_sockets::close(const close_owned_socket& request) {
  const auto entry = owners_.find(request.socket);
  if (entry == owners_.end())
    return;
  const auto delivered = entry->second.delivered;
  counters_->late_messages.add(delivered - std::min(delivered, request.heard.value_or(delivered)));
  owners_.erase(entry);
  std::ignore = outbox_->push(close_socket{request.socket, request.linger});
}

void dealer_sockets::on_connected(const connected& report) {
  tell_owner(report.socket, socket_opened{report.socket});
}

void dealer_sockets::on_connect_failed(const connect_failed& report) {
  tell_owner(report.socket, socket_failed{report.error});
  owners_.erase(report.socket);
}

void dealer_sockets::on_handshake_failed(const handshake_failed& report) {
  counters_->failed_handshakes.add();
  tell_owner(report.socket, connection_refused{net::explain(report.how, options_),
                                               report.how == net::handshake_end::refused});
}

void dealer_sockets::on_worker_input(worker_input& report, const loop_credit& credit) {
  deliver(report.socket,
          broker_told_worker{report.socket, std::move(report.command), report.received_at, credit});
}

void dealer_sockets::on_invalid(const invalid_input& report) {
  deliver(report.socket, invalid_arrived{});
}

void dealer_sockets::on_unreachable(const peer_unreachable& report) {
  counters_->undelivered.add(report.dropped_messages);
  tell_owner(report.socket, socket_failed{std::make_error_code(std::errc::host_unreachable)});
}

} // namespace mdp::actors::io
