#include "mdp/client/explain.hpp"

#include "mdp/net/handshake.hpp"

namespace mdp {

namespace {

std::string names_of(const std::vector<std::string>& brokers) {
  std::string text;
  for (const auto& broker : brokers)
    text += (text.empty() ? "" : " or ") + broker;
  return text;
}

} // namespace

std::string explain(request_failure why, const client_config& config) {
  const auto brokers = names_of(config.brokers);
  switch (why) {
  case request_failure::timed_out:
    return "no answer from " + brokers +
           ": does a broker run there, and has it a worker for the service?";
  case request_failure::deadline_passed:
    return "no answer from " + brokers + " in time";
  case request_failure::broker_lost:
    return "the connection to " + brokers + " has ended";
  case request_failure::stream_broken:
    return "the reply from " + brokers + " broke off";
  case request_failure::cancelled:
    return "the request was cancelled";
  case request_failure::overloaded:
    return "this client has as many requests open as it may";
  case request_failure::bad_request:
    return "the service's name is none, or the request is too large";
  case request_failure::wrong_thread:
    return "a callback of the client may not wait for a reply";
  case request_failure::refused:
    return "no answer from " + brokers + ": " +
           net::explain(net::handshake_end::refused, config.sockets);
  case request_failure::no_handshake:
    return "no answer from " + brokers + ": " +
           net::explain(net::handshake_end::broken, config.sockets);
  }
  return std::string(to_string(why));
}

} // namespace mdp
