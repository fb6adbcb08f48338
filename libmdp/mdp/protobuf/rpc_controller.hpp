#pragma once

#include "mdp/defaults.hpp"
#include "mdp/protobuf/rpc_error.hpp"
#include "mdp/time.hpp"

#include <google/protobuf/service.h>

#include <memory>
#include <optional>
#include <string>

namespace mdp {

namespace detail {

class client_call;

} // namespace detail

/// The caller's side of one call through an `rpc_channel`: how long it may take, whether it failed
/// and why. It must live until the call is over; then, after Reset(), it may serve the next.
///
/// `StartCancel` may be called from any thread while the call runs; the call still ends by its
/// `done`. Everything else belongs to the caller before the call and after it.
class rpc_controller final : public google::protobuf::RpcController {
public:
  rpc_controller();
  ~rpc_controller() override;

  /// How long the call may take in all.
  void set_timeout(duration timeout) noexcept { timeout_ = timeout; }
  [[nodiscard]] duration timeout() const noexcept { return timeout_; }

  /// Why the call failed; nothing when it did not.
  [[nodiscard]] const std::optional<rpc_error>& error() const noexcept { return error_; }

  void Reset() override;
  bool Failed() const override { return error_.has_value(); }
  std::string ErrorText() const override { return error_ ? to_string(*error_) : std::string(); }
  void StartCancel() override;

  /// A service's part, which has no meaning here: does nothing.
  void SetFailed(const std::string& reason) override;
  /// As above: never.
  bool IsCanceled() const override { return false; }
  /// As above; runs `callback`, as the contract says that it will be.
  void NotifyOnCancel(google::protobuf::Closure* callback) override;

private:
  friend class detail::client_call;

  duration timeout_ = defaults::rpc_timeout;
  std::optional<rpc_error> error_;
  std::shared_ptr<detail::client_call> call_; // while it runs, and until the next
};

} // namespace mdp
