#pragma once

#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/actors/io/outbox.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/worker_counters.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/wire/limits.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

namespace mdp::actors::io {

/// The I/O actor's half that serves worker peers: each owns one DEALER socket, which is
/// known here by its number. What arrives for a socket that was closed meanwhile finds no owner and
/// is dropped, which is just what a new socket is for; it is counted, like what an owner had not read
/// when it ended. A socket whose owner has failed is closed.
class dealer_sockets {
public:
  dealer_sockets(io_actor::pointer self, const net::socket_config& options,
                 const wire::limits& limits, std::shared_ptr<worker_counters> counters)
      : self_(self), options_(options), limits_(limits), counters_(std::move(counters)) {}

  void use_outbox(outbox& box) noexcept { outbox_ = &box; }

  void open(open_socket& request, socket_id socket);
  void send(send_on_socket& request);
  void close(const close_owned_socket& request);

  void on_connected(const connected& report);
  void on_connect_failed(const connect_failed& report);
  void on_handshake_failed(const handshake_failed& report);
  void on_worker_input(worker_input& report, const loop_credit& credit);
  void on_invalid(const invalid_input& report);
  /// The loop could not deliver what the owner sent in time.
  void on_unreachable(const peer_unreachable& report);

  [[nodiscard]] bool owns(socket_id socket) const noexcept { return owners_.contains(socket); }

private:
  struct owner {
    worker_peer_actor worker;
    std::uint64_t delivered = 0; // messages of the broker
  };

  template <class Message>
  void tell_owner(socket_id socket, Message message);
  template <class Message>
  void deliver(socket_id socket, Message message);

  io_actor::pointer self_;
  net::socket_config options_;
  wire::limits limits_;
  std::shared_ptr<worker_counters> counters_;
  outbox* outbox_ = nullptr;
  std::unordered_map<socket_id, owner> owners_;
};

} // namespace mdp::actors::io
