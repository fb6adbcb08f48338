#pragma once

#include "mdp/conformance/broker_stage.hpp"
#include "mdp/conformance/check.hpp"
#include "mdp/net/steady_now.hpp"

namespace mdp::conformance {

/// A client that does as the RFC says, on a socket of its own. One thread.
class wire_client {
public:
  /// With a REQ socket the delimiter is the socket's business, in both directions.
  wire_client(broker_stage& stage, version v, zmq::socket_type type = zmq::socket_type::dealer)
      : stage_(stage),
        version_(v),
        has_delimiter_(v == version::v0_1 && type == zmq::socket_type::dealer),
        peer_(stage.connect(type)) {}

  void ask(const std::string& service, const frames& body) {
    send(client_request(version_, service, body));
  }

  /// Sends what is not a request, perhaps not even MDP.
  void send(frames message) {
    if (version_ == version::v0_1 && !has_delimiter_)
      message.erase(message.begin());
    if (!peer_.send(message))
      throw deviation("the broker reads nothing more");
  }

  [[nodiscard]] std::optional<frames> next(time_point deadline) {
    return stage_.receive(peer_, deadline);
  }

  /// The next message; deviates when none comes.
  frames expect_message() {
    auto message = next(stage_.deadline());
    if (!message)
      throw deviation("the client got no reply");
    return *std::move(message);
  }

  /// The next message, whatever its form, as long as it ends with `text`.
  frames expect_ending(const std::string& text) {
    auto message = expect_message();
    if (!ends_with(message, text))
      throw deviation("the client got " + readable(message) + " instead of [" + text + ']');
    return message;
  }

  /// Waits for a message that ends with `text`, whatever comes before it.
  void await_ending(const std::string& text) {
    const auto until = stage_.deadline();
    while (const auto message = next(until))
      if (ends_with(*message, text))
        return;
    throw deviation("the client got no reply");
  }

  /// Deviates if anything comes within that time.
  void expect_silence(duration how_long) {
    if (const auto message = next(net::steady_now() + how_long))
      throw deviation("the client got " + readable(*message));
  }

  [[nodiscard]] const std::string& broker_type() const noexcept { return peer_.remote_type(); }

  /// Leaves without a word.
  void close() { peer_.close(); }

private:
  broker_stage& stage_;
  version version_;
  bool has_delimiter_;
  raw_peer peer_;
};

} // namespace mdp::conformance
