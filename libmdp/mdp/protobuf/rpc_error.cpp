#include "mdp/protobuf/rpc_error.hpp"

namespace mdp {

std::string_view to_string(rpc_errc reason) noexcept {
  switch (reason) {
  case rpc_errc::failed:
    return "failed";
  case rpc_errc::bad_request:
    return "bad_request";
  case rpc_errc::unknown_method:
    return "unknown_method";
  case rpc_errc::internal_error:
    return "internal_error";
  case rpc_errc::unavailable:
    return "unavailable";
  case rpc_errc::timed_out:
    return "timed_out";
  case rpc_errc::given_up:
    return "given_up";
  case rpc_errc::cancelled:
    return "cancelled";
  case rpc_errc::bad_reply:
    return "bad_reply";
  case rpc_errc::other_status:
    return "other_status";
  }
  return "unknown_rpc_errc";
}

std::string to_string(const rpc_error& error) {
  std::string result(to_string(error.reason));
  if (!error.text.empty())
    result.append(": ").append(error.text);
  return result;
}

int status_of(rpc_errc reason) noexcept {
  switch (reason) {
  case rpc_errc::failed:
    return 422;
  case rpc_errc::bad_request:
    return 400;
  case rpc_errc::unknown_method:
    return 501;
  case rpc_errc::unavailable:
    return 503;
  case rpc_errc::timed_out:
    return 504;
  default:
    return 500;
  }
}

rpc_errc reason_of(unsigned status) noexcept {
  switch (status) {
  case 422:
    return rpc_errc::failed;
  case 400:
    return rpc_errc::bad_request;
  case 501:
    return rpc_errc::unknown_method;
  case 500:
    return rpc_errc::internal_error;
  case 429: // the broker: too many open requests of this client
  case 503:
    return rpc_errc::unavailable;
  case 408: // the broker: it waited for too long
  case 504:
    return rpc_errc::timed_out;
  case 410: // the broker: its attempts are used up
    return rpc_errc::given_up;
  default:
    return rpc_errc::other_status;
  }
}

} // namespace mdp
