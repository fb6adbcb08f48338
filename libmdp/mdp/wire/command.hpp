#pragma once

#include "mdp/message.hpp"
#include "mdp/wire/constants.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// One struct for each thing the two protocols can say, and one variant for each direction. The
/// structs know no version: the codec turns RFC 7's REPLY and RFC 18's FINAL into the same
/// `worker_final`, so that all four pairings of client and worker meet in the middle (T4).
namespace mdp::wire {

/// What stood in front of a client's protocol header, to be echoed in front of each reply (T19).
struct return_path {
  /// Address frames before the delimiter: a REQ_CORRELATE id, a proxy's routing ids, a client's own
  /// request id. Usually none.
  std::vector<frame> address;
  /// Whether an empty frame stood before the header: always in 0.1, in 0.2 behind an address or
  /// when a delimited 0.2 is accepted (T3).
  bool delimited = false;
  friend bool operator==(const return_path&, const return_path&) = default;
};

/// Client to broker: please do this (7-7, 18-2).
struct client_request {
  return_path path;
  std::string service;
  message body; ///< One frame or more.
  friend bool operator==(const client_request&, const client_request&) = default;
};

/// Broker to client: a piece of the reply, more follows (18-3). Does not exist in 0.1.
struct client_partial {
  return_path path;
  std::string service;
  message body;
  friend bool operator==(const client_partial&, const client_partial&) = default;
};

/// Broker to client: the reply, or its last piece (7-8 REPLY, 18-3 FINAL).
struct client_final {
  return_path path;
  std::string service;
  message body;
  friend bool operator==(const client_final&, const client_final&) = default;
};

/// Worker to broker: I offer this service (7-14, 18-7).
struct worker_ready {
  std::string service;
  /// Requests the worker takes at a time; 1 unless it announced more with `capacity=N`.
  std::uint32_t capacity = 1;
  /// Whether a capacity was announced, even 1: such a worker is answered with tokens.
  bool announced_capacity = false;
  /// How loaded the worker is, in thousandths, if it is one that says so with `load=N`.
  std::optional<std::uint32_t> load{};
  /// Whether it wants to be told, with each request, which user asks, with `user?`.
  bool asks_user = false;
  /// The public key that bodies for it can be sealed for, in Z85, if it announces one with `key=KEY`.
  std::string key{};
  friend bool operator==(const worker_ready&, const worker_ready&) = default;
};

/// Broker to worker: please do this (7-15, 18-8).
struct worker_request {
  frame address; ///< Names the client, or the request; the worker echoes it.
  message body;
  /// To a worker that has asked for it: the user who asks, empty if it is nobody.
  std::optional<frame> user{};
  friend bool operator==(const worker_request&, const worker_request&) = default;
};

/// Worker to broker: a piece of the reply (18-8). Does not exist in 0.1.
struct worker_partial {
  frame address;
  message body;
  friend bool operator==(const worker_partial&, const worker_partial&) = default;
};

/// Worker to broker: the reply, or its last piece (7-16 REPLY, 18-8 FINAL).
struct worker_final {
  frame address;
  message body;
  friend bool operator==(const worker_final&, const worker_final&) = default;
};

/// Either way between broker and worker: I am here (7-17, 18-9).
struct heartbeat {
  /// From a worker that was asked: how loaded it is, in thousandths.
  std::optional<std::uint32_t> load{};
  /// From a broker, to a worker that said its load in READY: please go on saying it.
  bool asks_load = false;
  friend bool operator==(const heartbeat&, const heartbeat&) = default;
};

/// Either way between broker and worker: this conversation is over (7-18, 18-9).
struct disconnect {
  friend bool operator==(const disconnect&, const disconnect&) = default;
};

using from_client = client_request;
using from_worker = std::variant<worker_ready, worker_partial, worker_final, heartbeat, disconnect>;
using to_client = std::variant<client_partial, client_final>;
using to_worker = std::variant<worker_request, heartbeat, disconnect>;

/// What one multipart from a ROUTER peer says, the routing id taken off.
struct broker_input {
  protocol_version version = protocol_version::v0_1;
  std::variant<from_client, from_worker> command;
  friend bool operator==(const broker_input&, const broker_input&) = default;
};

} // namespace mdp::wire
