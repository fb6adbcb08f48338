#pragma once

#include "mdp/client/config.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"
#include "mdp/net/context.hpp"
#include "mdp/net/handshake.hpp"
#include "mdp/net/poll_set.hpp"
#include "mdp/net/socket_monitor.hpp"
#include "mdp/net/wake_fd.hpp"
#include "mdp/time.hpp"
#include "mdp/wire/command.hpp"

#include <tl/expected.hpp>
#include <zmq.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace mdp::detail {

/// A client's lines as sockets: a DEALER each, connected to one broker (7-20), and a watch that tells
/// when its connection has ended. The client's thread only.
class line_sockets {
public:
  /// What happens on a line; `received` gets nothing for what was no MDP.
  struct events {
    std::function<void(line_id, std::optional<wire::to_client>)> received;
    std::function<void(line_id)> ready; ///< Its handshake has succeeded.
    /// Its connection has ended; how its handshake has, if that is why.
    std::function<void(line_id, std::optional<net::handshake_end>)> lost;
  };

  /// `wake` must outlive this object.
  line_sockets(const client_config& config, const net::wake_fd& wake);

  /// False when there is no socket to be had.
  [[nodiscard]] bool open(line_id line, const std::string& endpoint);
  void close(line_id line);
  /// False when it could not be sent.
  [[nodiscard]] bool send(line_id line, wire::client_request command);
  /// A line that is not read keeps what comes, and libzmq and TCP hold the sender back.
  void set_reading(line_id line, bool is_read);
  [[nodiscard]] std::size_t count() const noexcept { return sockets_.size(); }

  /// Waits for input or the wake_fd until `deadline`, and hands over what has come. Lines may be
  /// opened and closed by whoever hears of it. False when the context has ended.
  [[nodiscard]] bool wait(time_point deadline, const events& heard);
  [[nodiscard]] bool is_woken() const noexcept { return poll_.is_woken(); }

private:
  struct one_socket {
    zmq::socket_t handle;
    std::optional<net::socket_monitor> watch; // ends before the socket
    std::optional<net::handshake_end> handshake{};
    bool is_read = true;
  };

  struct polled {
    line_id line;
    bool is_watch = false;
  };

  void fill_poll_set();
  /// False when nothing is left to read.
  bool read_some(line_id line, const events& heard);
  void look_at_watch(line_id line, const events& heard);

  const client_config& config_;
  net::context context_;
  net::poll_set poll_;
  std::vector<polled> polled_; // in the order of the poll set
  bool is_changed_ = false;    // since it was filled
  std::unordered_map<line_id, one_socket> sockets_;
};

} // namespace mdp::detail
