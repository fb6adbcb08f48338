#pragma once

#include "mdp/client/client.hpp"
#include "mdp/protobuf/request_port.hpp"

#include <memory>
#include <string>
#include <utility>

namespace mdp {

/// Calls through an `mdp::client`, which may be asked other things as well:
///
///     auto client = std::make_shared<mdp::client>(config);
///     mdp::rpc_channel channel(std::make_shared<mdp::client_port>(client), "calculator");
///
/// Callbacks come on the client's thread. Whoever uses this links mdp::client beside mdp::protobuf.
class client_port final : public request_port {
public:
  /// `options` says how patient each try is, and how many there are; what all of them may take is
  /// the call's own timeout.
  explicit client_port(std::shared_ptr<client> asked, request_options options = {})
      : client_(std::move(asked)), options_(std::move(options)) {
    options_.on_part = {};
    options_.on_restart = {};
  }

  [[nodiscard]] cancel_function send(request what, ended_function ended) override {
    auto options = options_;
    options.within = what.timeout;
    const auto shared = std::make_shared<ended_function>(std::move(ended));
    const auto asked = client_->call(
      std::move(what.service), std::move(what.body),
      [shared](request_result reply) { (*shared)(std::move(reply).map_error(as_error)); },
      std::move(options));
    if (!asked) {
      (*shared)(tl::unexpected(as_error(asked.error())));
      return {};
    }
    return [weak = std::weak_ptr(client_), id = *asked] {
      if (const auto open = weak.lock())
        open->cancel(id);
    };
  }

private:
  static rpc_error as_error(request_failure failure) {
    return {reason_for(failure), std::string(to_string(failure)), 0};
  }

  static rpc_errc reason_for(request_failure failure) noexcept {
    switch (failure) {
    case request_failure::timed_out:
    case request_failure::deadline_passed:
      return rpc_errc::timed_out;
    case request_failure::broker_lost:
    case request_failure::overloaded:
    case request_failure::refused:
    case request_failure::no_handshake:
      return rpc_errc::unavailable;
    case request_failure::stream_broken:
      return rpc_errc::given_up;
    case request_failure::bad_request:
      return rpc_errc::bad_request;
    case request_failure::cancelled:
    case request_failure::wrong_thread:
      return rpc_errc::cancelled;
    }
    return rpc_errc::cancelled;
  }

  std::shared_ptr<client> client_;
  request_options options_;
};

} // namespace mdp
