#include "mdp/net/endpoint.hpp"

#include "mdp/net/zmq_error.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace mdp::net {

namespace {

using reason = std::optional<std::string>;

constexpr std::string_view separator = "://";
constexpr std::string_view tcp_examples = "say tcp://HOST:PORT, for example tcp://127.0.0.1:5555";
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

bool is_port(std::string_view text) noexcept {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 1 && value <= 65535;
}

reason check_port(std::string_view port, endpoint_use use) {
  if (is_port(port) || (use == endpoint_use::bind && (port == "*" || port == "0")))
    return std::nullopt;
  if (use == endpoint_use::connect && port == "*")
    return "\"*\" is no port to connect to; name the one the broker listens on";
  return "\"" + std::string(port) + "\" is no port; it is a number from 1 to 65535";
}

reason check_host(std::string_view host, endpoint_use use) {
  if (host.empty())
    return "the host is missing; " + std::string(tcp_examples);
  if (host.find(' ') != std::string_view::npos)
    return "the host has a space in it";
  if (host == "*" && use == endpoint_use::connect)
    return "\"*\" is no host to connect to; name the broker's";
  if (host.front() == '[' ? host.back() != ']' : host.find(':') != std::string_view::npos)
    return "an IPv6 address stands in brackets, as in tcp://[::1]:5555";
  // libzmq looks up no names for what listens: a number, an interface or all of them.
  if (host == "localhost" && use == endpoint_use::bind)
    return "cannot listen on a host's name; say 127.0.0.1, an interface as eth0, or *";
  return std::nullopt;
}

reason check_host_and_port(std::string_view address, endpoint_use use) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos)
    return "the port is missing; " + std::string(tcp_examples);
  if (auto wrong = check_host(address.substr(0, colon), use))
    return wrong;
  return check_port(address.substr(colon + 1), use);
}

reason check_tcp(std::string_view address, endpoint_use use) {
  // Who connects may say where from: tcp://SOURCE:PORT;HOST:PORT
  if (const auto semicolon = address.find(';');
      semicolon != std::string_view::npos && use == endpoint_use::connect) {
    if (auto wrong = check_host_and_port(address.substr(0, semicolon), endpoint_use::bind))
      return wrong;
    address.remove_prefix(semicolon + 1);
  }
  return check_host_and_port(address, use);
}

reason check_ipc(std::string_view path, endpoint_use use) {
  if (path.empty() || path == "@")
    return "the path is missing; say ipc://PATH, for example ipc:///run/mdp/broker";
  if (path == "*" && use == endpoint_use::connect)
    return "\"*\" is no path to connect to; name the broker's";
  if (path.size() > longest_path)
    return "the path is longer than the " + std::to_string(longest_path) +
           " bytes that a local socket's may have";
  return std::nullopt;
}

/// Binds or connects, whichever `how` does.
std::error_code attach(zmq::socket_ref socket, const std::string& endpoint,
                       int (*how)(void*, const char*)) {
  // For this endpoint alone: with the option on, "*" and host names would mean IPv6 too.
  socket.set(zmq::sockopt::ipv6, is_ipv6_literal(endpoint));
  if (how(socket.handle(), endpoint.c_str()) != 0)
    return last_zmq_error();
  return {};
}

} // namespace

std::optional<std::string> check_endpoint(std::string_view endpoint, endpoint_use use) {
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::any_of(endpoint.begin(), endpoint.end(), is_control))
    return "it has a control character in it";
  const auto scheme_end = endpoint.find(separator);
  if (scheme_end == std::string_view::npos)
    return "the transport is missing; " + std::string(tcp_examples);
  const auto transport = endpoint.substr(0, scheme_end);
  const auto address = endpoint.substr(scheme_end + separator.size());
  if (transport == "tcp")
    return check_tcp(address, use);
  if (transport == "ipc")
    return check_ipc(address, use);
  if (transport == "inproc")
    return address.empty() ? reason("the name is missing; say inproc://NAME") : std::nullopt;
  return "\"" + std::string(transport) + "\" is no transport; it is tcp, ipc or inproc";
}

bool is_local(std::string_view endpoint) noexcept {
  return !endpoint.starts_with("tcp://") || endpoint.starts_with("tcp://127.") ||
         endpoint.starts_with("tcp://[::1]:") || endpoint.starts_with("tcp://lo:");
}

bool is_ipv6_literal(std::string_view endpoint) noexcept {
  return endpoint.starts_with("tcp://") && endpoint.find('[') != std::string_view::npos;
}

std::string last_endpoint(zmq::socket_ref socket) {
  return socket.get(zmq::sockopt::last_endpoint);
}

std::error_code bind(zmq::socket_ref socket, const std::string& endpoint) {
  return attach(socket, endpoint, zmq_bind);
}

std::error_code connect(zmq::socket_ref socket, const std::string& endpoint) {
  return attach(socket, endpoint, zmq_connect);
}

} // namespace mdp::net
