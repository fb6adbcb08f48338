#pragma once

#include "mdp/client/awaited_reply.hpp"
#include "mdp/client/config.hpp"
#include "mdp/client/reply_stream.hpp"
#include "mdp/client/statistics.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace mdp {

/// A client of one or more brokers: asks services and brings the replies, in whatever form suits the
/// caller: by waiting, as a future, by a callback, as a stream of parts, or by `co_await`. Any number
/// of requests may be open at a time. With a broker that echoes envelopes they share one connection;
/// with others each has a socket of its own. A late reply is never taken for another request's.
///
/// It has one thread, on which callbacks run and coroutines go on. While one of them runs, nothing
/// is received, so they must be short. They may start requests, cancel, stop the client and even
/// destroy it; they may not wait for a reply, which `request` and `reply_stream::next` refuse there
/// with `wrong_thread` (waiting for a future there is a deadlock that nobody can see coming). What a
/// callback throws is counted and forgotten.
///
/// Thread-safe. Every request ends exactly once: with a reply, or with the reason why there is none.
class client {
public:
  /// What hears of a request's end, on the client's thread, once.
  using on_end = std::function<void(request_result)>;

  /// `config` must be valid (`validate`): asserted. Connects when there is something to ask. Throws
  /// when the process is out of file descriptors.
  explicit client(client_config config = {});
  /// Ends all open requests with `cancelled`, waits until their callbacks are done, and closes all
  /// connections. In a callback it does not wait: they are called after it.
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Asks `service` and waits for the reply. An empty body stands for one empty frame.
  [[nodiscard]] request_result request(std::string service, message body,
                                       request_options options = {});

  /// Asks; the future gets the reply. It may be thrown away.
  [[nodiscard]] std::future<request_result> submit(std::string service, message body,
                                                   request_options options = {});

  /// Asks; `ended` gets the reply. Nothing is asked, and `ended` is never called, when this fails.
  [[nodiscard]] tl::expected<request_id, request_failure>
  call(std::string service, message body, on_end ended, request_options options = {});

  /// Asks for a reply in parts, to be taken one by one at the caller's pace. `on_part` and
  /// `on_restart` of the options are of no use here: parts that were taken cannot be taken back, so
  /// a stream that breaks off behind its first part is a failure.
  [[nodiscard]] reply_stream stream(std::string service, message body,
                                    const request_options& options = {});

  /// Asks when it is awaited: `auto reply = co_await client.ask("echo", {mdp::frame("x")});` goes on,
  /// on the client's thread, with a `request_result`.
  [[nodiscard]] awaited_reply ask(std::string service, message body, request_options options = {});

  /// Ends a request with `cancelled`, if it is still open.
  void cancel(request_id request);

  /// Ends all open requests with `cancelled`, and refuses every later one. Does not wait.
  void stop();

  /// What it has done so far.
  [[nodiscard]] client_statistics statistics() const;

private:
  std::shared_ptr<detail::client_loop> loop_;
  std::thread thread_;
};

} // namespace mdp
