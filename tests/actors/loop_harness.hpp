#pragma once

#include "mdp/actors/io/socket_loop.hpp"
#include "mdp/wire/constants.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>
#include <zmq_addon.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the tests of the socket loop share: a sink that remembers, a loop that runs, a bare peer.
namespace mdp::test {

namespace io = actors::io;
using namespace std::chrono_literals;

/// Remembers all reports and lets the test's thread wait for them. `on_batch`, set before the loop
/// starts, runs on the loop's thread with each batch.
class recording_sink final : public io::loop_sink {
public:
  std::function<void(std::vector<io::loop_report>&)> on_batch;
  std::function<bool()> on_run_pending;
  std::atomic<bool> is_full{false};
  std::atomic<time_point> due{never};
  std::atomic<std::size_t> read_bytes{0}; ///< What all batches so far stand for.

  void on_reports(std::vector<io::loop_report> reports, std::size_t bytes) override {
    read_bytes += bytes;
    if (on_batch)
      on_batch(reports);
    const std::lock_guard lock(mutex_);
    for (auto& report : reports)
      reports_.push_back(std::move(report));
    changed_.notify_all();
  }

  [[nodiscard]] bool has_room() const noexcept override { return !is_full; }

  bool run_pending() override { return on_run_pending && on_run_pending(); }

  [[nodiscard]] time_point next_due() const noexcept override { return due; }

  void on_stopped(io::loop_end reason, std::string what) override {
    const std::lock_guard lock(mutex_);
    reason_ = reason;
    what_ = std::move(what);
    stopped_ = true;
    changed_.notify_all();
  }

  /// All reports of one kind so far.
  template <class Report>
  std::vector<Report> all() const {
    const std::lock_guard lock(mutex_);
    return all_unlocked<Report>();
  }

  /// How many reports of one kind there are so far.
  template <class Report>
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_unlocked<Report>();
  }

  /// Waits for the `number`th report of a kind, counted from 1, and returns it.
  template <class Report>
  Report wait_for(std::size_t number = 1) {
    std::unique_lock lock(mutex_);
    const auto has_come = [&] { return count_unlocked<Report>() >= number; };
    REQUIRE(changed_.wait_for(lock, patience, has_come));
    return all_unlocked<Report>()[number - 1];
  }

  [[nodiscard]] bool is_stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

  /// How the loop ended; after join() only.
  [[nodiscard]] io::loop_end reason() const { return reason_; }
  [[nodiscard]] const std::string& what() const { return what_; }

private:
  template <class Report>
  std::size_t count_unlocked() const {
    return static_cast<std::size_t>(std::ranges::count_if(
      reports_, [](const auto& report) { return std::holds_alternative<Report>(report); }));
  }

  template <class Report>
  std::vector<Report> all_unlocked() const {
    std::vector<Report> found;
    for (const auto& report : reports_) {
      if (const auto* match = std::get_if<Report>(&report))
        found.push_back(*match);
    }
    return found;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<io::loop_report> reports_;
  io::loop_end reason_{};
  std::string what_;
  bool stopped_ = false;
};

inline constexpr std::string_view any_tcp_port = "tcp://127.0.0.1:*";
inline constexpr socket_id router_id{1};

/// A loop with its sink, for a test that needs no more.
class running_loop {
public:
  running_loop() = default;

  void start() { loop.start(); }

  void push(io::loop_command command) { REQUIRE(loop.commands().push(std::move(command))); }

  void send(const frame& to, peer_id peer, message frames) {
    push(io::send_frames{router_id, peer, to, std::move(frames)});
  }

  /// Starts the loop and a ROUTER in it; returns the real endpoint.
  std::string start_router(std::string_view endpoint = any_tcp_port,
                           const net::socket_config& options = {},
                           const wire::limits& limits = {}) {
    start();
    push(io::open_router{router_id, {std::string(endpoint)}, options, limits});
    return sink.wait_for<io::bound>().endpoints.at(0);
  }

  /// Waits until the loop has carried out all commands up to now and reported what came of them.
  void wait_for_commands() {
    const auto seen = sink.count<io::connect_failed>();
    push(
      io::open_dealer{.socket = socket_id{999'999}, .endpoint = "", .options = {}, .limits = {}});
    sink.wait_for<io::connect_failed>(seen + 1);
  }

  /// Asks the loop to end and waits until it has.
  void stop(duration flush_grace = 0s) {
    push(io::stop_loop{flush_grace});
    loop.join();
    CHECK(sink.is_stopped());
  }

  recording_sink sink;
  io::socket_loop loop{sink};
};

/// A foreign DEALER (or any other socket) in a context of its own.
class bare_peer {
public:
  explicit bare_peer(zmq::socket_type type = zmq::socket_type::dealer) : socket(context_, type) {
    socket.set(zmq::sockopt::linger, 0);
    constexpr auto limit = static_cast<int>(std::chrono::milliseconds(patience).count());
    socket.set(zmq::sockopt::rcvtimeo, limit);
    socket.set(zmq::sockopt::sndtimeo, limit);
  }

  /// Makes this peer one that takes in next to nothing unless it receives; before connecting.
  void make_narrow() {
    socket.set(zmq::sockopt::rcvhwm, 1);
    socket.set(zmq::sockopt::rcvbuf, 4096);
  }

  void send(const std::vector<std::string>& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto flags = i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none;
      REQUIRE(socket.send(zmq::buffer(frames[i]), flags));
    }
  }

  /// The next message; none when patience ends.
  std::vector<std::string> receive() {
    std::vector<zmq::message_t> parts;
    std::vector<std::string> frames;
    if (zmq::recv_multipart(socket, std::back_inserter(parts))) {
      for (const auto& part : parts)
        frames.push_back(part.to_string());
    }
    return frames;
  }

  /// Says a valid request of RFC 18.
  void request(const std::string& body, const std::string& service = "echo") {
    send({std::string(wire::client_header_v0_2), "\x01", service, body});
  }

private:
  zmq::context_t context_; // first, so that it outlives the socket

public:
  zmq::socket_t socket;
};

/// What a ROUTER's client said with bare_peer::request().
inline const wire::client_request& request_in(const io::router_input& input) {
  return std::get<wire::client_request>(input.input.command);
}

inline message text(std::string_view body) {
  return message{frame(body)};
}

} // namespace mdp::test
