#pragma once

#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/actors/io/loop_sink.hpp"
#include "mdp/actors/io/outbox.hpp"

#include <memory>
#include <thread>

namespace mdp::actors::io {

/// Owns a ZeroMQ context, its sockets and the one thread that touches them. Everything enters
/// through the outbox and leaves through the sink; neither CAF nor MDP's decisions are known here,
/// only frames and the codec.
///
/// One turn: wait for a signal or until something is due, unless a socket is not read to its end yet; take and execute
/// commands; receive a bounded number of multiparts from all readable sockets in turn (a different one
/// first each time) and decode them; retry parked messages; hand the batch to the sink; let the sink
/// run actors; take and execute the commands that these produced. So an answer leaves in the turn in
/// which its question came.
///
/// A message a ROUTER peer has no room for is parked with the ones behind it and retried; a peer
/// over its budget, or gone, is reported once as `peer_unreachable`. On a DEALER without room the
/// message is parked likewise.
class socket_loop {
public:
  /// `sink` must live until the loop has ended. The thread starts with start().
  explicit socket_loop(loop_sink& sink);

  /// Asks the thread to end (if it was not asked yet), without a flush, and joins it. Never call it
  /// from the loop's own thread.
  ~socket_loop();

  socket_loop(const socket_loop&) = delete;
  socket_loop& operator=(const socket_loop&) = delete;

  /// Starts the thread; once. All signals are blocked in it (T24).
  void start();

  /// Waits for the thread's end, which comes with a `stop_loop` command.
  void join();

  /// Where commands go in. Thread-safe.
  [[nodiscard]] outbox& commands() noexcept { return outbox_; }

private:
  class body; // everything libzmq, in the .cpp

  void run() noexcept;

  loop_sink& sink_;
  outbox outbox_;
  std::thread thread_;
};

} // namespace mdp::actors::io
