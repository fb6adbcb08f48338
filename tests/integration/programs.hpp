#pragma once

#include "mdp/client/client.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mdp::test {

/// Keeps a local port that a process has left for its successor: the system gives it to nobody who asks for
/// any port, as tests that run beside this one do, and who names it gets it all the same.
class kept_port {
public:
  explicit kept_port(const std::string& port)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("port " + port + " is somebody else's already");
  }
  ~kept_port() { ::close(fd_); }
  kept_port(const kept_port&) = delete;
  kept_port& operator=(const kept_port&) = delete;

private:
  int fd_;
};

/// An mdp-broker process on a port that the system chose at its first start, and that it keeps.
class broker_process {
public:
  explicit broker_process(std::vector<std::string> options = {}) : options_(std::move(options)) {
    start("*");
  }

  /// Starts it again on the same port; it has ended.
  void start_again() {
    const kept_port until_it_listens(port_);
    start(port_);
  }

  [[nodiscard]] std::string endpoint() const { return "tcp://127.0.0.1:" + port_; }
  [[nodiscard]] process& running() noexcept { return process_; }
  [[nodiscard]] const process& running() const noexcept { return process_; }

private:
  void start(const std::string& port) {
    const auto port_file = folder_.path() + "/port";
    std::filesystem::remove(port_file);
    auto arguments = options_;
    arguments.insert(arguments.end(),
                     {"--bind", "tcp://127.0.0.1:" + port, "--port-file", port_file});
    process_ = process("mdp-broker", arguments);
    if (!eventually([&] { return std::filesystem::exists(port_file); }))
      throw std::runtime_error("the broker has no port: " + process_.output());
    std::ifstream(port_file) >> port_;
  }

  std::vector<std::string> options_;
  temporary_folder folder_;
  std::string port_;
  process process_{"mdp-broker", {"--version"}};
};

/// Starts an mdp-worker for `echo` ; whether it is registered says `test_client::echo_has_workers`.
inline process worker_process(const broker_process& broker, std::vector<std::string> options = {}) {
  options.insert(options.end(), {"--broker", broker.endpoint(), "--service", "echo"});
  return {"mdp-worker", options};
}

/// A client of `broker` inside the test.
class test_client {
public:
  explicit test_client(const broker_process& broker,
                       wire::protocol_version version = wire::protocol_version::v0_2)
      : client_(config_for(broker, version)) {}

  std::future<request_result> ask(const std::string& service, const std::string& body,
                                  std::chrono::milliseconds timeout = patience,
                                  std::uint32_t attempts = 1) {
    request_options options;
    options.timeout = timeout;
    options.attempts = attempts;
    return client_.submit(service, {frame(body)}, std::move(options));
  }

  /// The whole reply as text, or why there is none in angle brackets.
  std::string answer(std::future<request_result> pending) {
    const auto result = pending.get();
    if (!result)
      return "<" + std::string(to_string(result.error())) + ">";
    std::string text;
    for (const auto& part : *result)
      text += part.text();
    return text;
  }

  std::string ask_and_wait(const std::string& service, const std::string& body) {
    return answer(ask(service, body));
  }

  /// Waits until `echo` has exactly `count` workers; says so by MMI.
  bool echo_has_workers(std::size_t count) {
    return eventually([&] {
      const auto listed = ask_and_wait("mmi.services", "");
      return listed.find("{\"service\":\"echo\",\"workers\":" + std::to_string(count) + "}") !=
             std::string::npos;
    });
  }

private:
  static client_config config_for(const broker_process& broker, wire::protocol_version version) {
    client_config config;
    config.brokers = {broker.endpoint()};
    config.version = version;
    return config;
  }

  mdp::client client_;
};

} // namespace mdp::test
