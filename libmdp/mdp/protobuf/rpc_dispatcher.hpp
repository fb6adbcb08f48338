#pragma once

#include "mdp/defaults.hpp"
#include "mdp/message.hpp"
#include "mdp/service/responder.hpp"
#include "mdp/time.hpp"

#include <google/protobuf/service.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

/// The service's side of typed calls: requests in, one reply each out, in between the methods of
/// services that protoc has generated. How requests come, and where their responders lead, is the
/// owner's business.
///
/// Theory of operation. A request is two frames: the method's full name, and its argument. Frames
/// behind them are left for later versions and not looked at. It is answered exactly once:
///
///     the request, or its method                            reply
///     ----------------------------------------------------  ---------------------------------
///     fewer than two frames, an argument that is unreadable  mdp-status 400
///     a method nobody here has, or one of streams           mdp-status 501
///     more calls than `max_calls` at a time                 mdp-status 503
///     the method runs `done`                                the response, one frame
///     the method calls SetFailed, and runs `done`           mdp-status 422 REASON
///     the method throws, or destroys `done`                 mdp-status 500 WHAT
///     its response lacks fields or is too large             mdp-status 500
///     the method does not run `done` for `max_duration`     mdp-status 504, at the next expire()
///     the dispatcher ends while the method works            mdp-status 503
///
/// A method may run `done` before it returns, or later from any thread; what comes when its call has
/// been answered is counted and does nothing. When its call is answered for it (504, 503) and when
/// nobody waits any more, `IsCanceled` is true, and what `NotifyOnCancel` was given runs.
///
/// A call that was answered for its method stays a call until the method lets go of it, as request
/// and response are the method's until then: a service that loses its calls ends in 503, not in an
/// exhausted machine.
///
/// Who owns what: the dispatcher holds the services; a call in progress holds its service as well,
/// so it may outlive the dispatcher. A method that throws must not have given `done` away: the call
/// ends with the exception. (A guard on its stack that runs `done` is fine. During an exception that
/// counts as not run.)
///
/// The owner calls expire() at next_deadline(), or before. Thread-safe but for add().
namespace mdp {

/// Bounds of what a dispatcher takes on.
struct rpc_limits {
  std::size_t max_calls = defaults::rpc_max_calls;      ///< At a time.
  std::size_t max_bytes = defaults::max_protobuf_bytes; ///< Of a request or a response.
  duration max_duration = defaults::rpc_max_duration;   ///< Until a method must have answered.
};

/// What became of requests; each only grows. Every request adds to one of the first ten.
struct rpc_counters {
  std::uint64_t answered = 0;        ///< with a response
  std::uint64_t failed = 0;          ///< by SetFailed
  std::uint64_t bad_requests = 0;    ///< unreadable
  std::uint64_t unknown_methods = 0; ///< not here
  std::uint64_t busy = 0;            ///< refused, as there were too many
  std::uint64_t threw = 0;           ///< the method threw
  std::uint64_t dropped = 0;         ///< the method destroyed `done`
  std::uint64_t bad_responses = 0;   ///< the method's response cannot be sent
  std::uint64_t expired = 0;         ///< the method took too long
  std::uint64_t stopped = 0;         ///< the dispatcher ended first
  std::uint64_t late = 0;            ///< answers for calls that had expired or were stopped
  friend bool operator==(const rpc_counters&, const rpc_counters&) = default;
};

namespace detail {

class rpc_desk;

} // namespace detail

/// The table above.
class rpc_dispatcher {
public:
  explicit rpc_dispatcher(const rpc_limits& limits = {});
  /// Answers what is open, and lets go of the services.
  ~rpc_dispatcher();
  rpc_dispatcher(const rpc_dispatcher&) = delete;
  rpc_dispatcher& operator=(const rpc_dispatcher&) = delete;

  /// Serves the methods of `service`, whose methods must then be callable from any thread that calls
  /// dispatch(). Before the first request. Throws std::invalid_argument when a method of that full
  /// name is served already.
  void add(std::shared_ptr<google::protobuf::Service> service);

  /// Takes a request, calls its method on this thread and sees that it is answered.
  void dispatch(message request, responder answer, time_point now);

  /// Answers for methods that have taken too long.
  void expire(time_point now);

  /// When expire() has something to do; `never` without calls in progress.
  [[nodiscard]] time_point next_deadline() const;

  /// Answers what is open and refuses what comes, as the destructor does.
  void stop();

  /// Calls that methods hold at this moment, answered ones included.
  [[nodiscard]] std::size_t open_calls() const;
  [[nodiscard]] rpc_counters counters() const;

private:
  struct entry {
    std::shared_ptr<google::protobuf::Service> service;
    const google::protobuf::MethodDescriptor* method;
  };

  std::map<std::string, entry, std::less<>> methods_; // by full name
  std::shared_ptr<detail::rpc_desk> desk_;
};

} // namespace mdp
