#pragma once

#include "mdp/client/config.hpp"
#include "mdp/client/line_sockets.hpp"
#include "mdp/client/statistics.hpp"
#include "mdp/engine/client_engine.hpp"
#include "mdp/net/wake_fd.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace mdp::detail {

/// What hears of one request, on the client's thread.
struct request_observer {
  std::function<bool(message part)> part; ///< False: it wants no more for the time being.
  std::function<void()> restarted;
  std::function<void(request_result)> ended; ///< Once, as the last.
};

/// The client's thread and what it works on: carries out what `engine::client_engine` decides.
///
///     callers ── inbox, wake_fd ──► thread: engine ── line_sockets ──► brokers
///                                      └── observers (the callers' callbacks)
///
/// No lock is held while an observer is called, so it may call whatever it likes.
class client_loop {
public:
  explicit client_loop(client_config config);
  client_loop(const client_loop&) = delete;
  client_loop& operator=(const client_loop&) = delete;

  // -- for everybody; thread-safe -------------------------------------------------------------------

  /// Asks, or says why not; only in the first case is `ended` called.
  [[nodiscard]] tl::expected<request_id, request_failure>
  start(std::string service, message body, request_options options,
        std::function<void(request_result)> ended);

  /// The same on a line that can be left unread: when `part` returns false it is, until go_on().
  [[nodiscard]] tl::expected<request_id, request_failure>
  start_stream(std::string service, message body, const request_options& options,
               std::function<bool(message)> part, std::function<void(request_result)> ended);

  void go_on(request_id request);
  void cancel(request_id request);
  void stop();
  [[nodiscard]] client_statistics statistics() const;
  /// Whether the caller is a callback of this client.
  [[nodiscard]] bool is_this_thread() const noexcept;

  // -- the thread -----------------------------------------------------------------------------------

  /// Returns after stop(), when all requests have ended.
  void run();

private:
  struct start_command {
    request_id id;
    engine::client_question what;
    engine::request_terms how;
    request_observer observer;
  };
  struct go_on_command {
    request_id id;
  };
  struct cancel_command {
    request_id id;
  };
  using command = std::variant<start_command, go_on_command, cancel_command>;

  struct open_request {
    request_observer observer;
    std::size_t bytes = 0;
    std::optional<line_id> held; // the line that is not read
  };

  tl::expected<request_id, request_failure> accept(std::string service, message body,
                                                   const request_options& options,
                                                   engine::request_terms how,
                                                   request_observer observer);
  void push(command what);
  /// False when the client stops and everything that was accepted has been taken.
  bool take_commands();
  void turn();
  [[nodiscard]] time_point next_wake() const; // at once when something is in the inbox
  void carry_out();
  void carry_out(engine::client_engine::action& action);
  void pass_on(request_id request, message part);
  void end(request_id request, request_result result);
  void end_all();
  template <class Function>
  void call(Function&& function);

  client_config config_;

  mutable std::mutex mutex_; // for the inbox and what is counted
  std::vector<command> inbox_;
  bool is_stopping_ = false;
  std::uint64_t last_id_ = 0;
  std::size_t open_bytes_ = 0;
  client_statistics statistics_;

  net::wake_fd wake_;
  engine::client_engine engine_;
  line_sockets sockets_;
  std::unordered_map<request_id, open_request> requests_;
};

} // namespace mdp::detail
