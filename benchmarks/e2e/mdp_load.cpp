// Load for an MDP 0.2 broker: echo workers and pipelining clients on bare DEALER sockets, so that the
// broker is what is measured and not our own client and worker.
//
//   mdp_load ENDPOINT [clients window workers capacity body_bytes seconds [broker_pid]]
//
// Prints one line: requests per second, latency at the median and the 99th percentile, and the CPU
// time of the broker's process for each request if its pid is given.

#include <unistd.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

struct load {
  std::string endpoint;
  int clients = 4;
  int window = 64;
  int workers = 4;
  int capacity = 1;
  std::size_t body_bytes = 64;
  double seconds = 3;
  long broker_pid = 0;
};

std::atomic<bool> is_over{false};

zmq::socket_t dealer(zmq::context_t& context, const std::string& endpoint) {
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::sndhwm, 0);
  socket.set(zmq::sockopt::rcvhwm, 0);
  socket.set(zmq::sockopt::rcvtimeo, 100);
  socket.connect(endpoint);
  return socket;
}

void send(zmq::socket_t& socket, std::initializer_list<std::string_view> frames) {
  auto left = frames.size();
  for (const auto frame : frames)
    socket.send(zmq::buffer(frame), --left > 0 ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

/// Receives a whole multipart into `frames`; false on a time-out.
bool receive(zmq::socket_t& socket, std::vector<zmq::message_t>& frames) {
  frames.clear();
  return zmq::recv_multipart(socket, std::back_inserter(frames)).has_value();
}

void work(zmq::context_t& context, const load& what) {
  auto socket = dealer(context, what.endpoint);
  const auto capacity = "capacity=" + std::to_string(what.capacity);
  if (what.capacity > 1)
    send(socket, {"MDPW02", "\x01", "echo", capacity});
  else
    send(socket, {"MDPW02", "\x01", "echo"});
  std::vector<zmq::message_t> frames;
  auto beat = clock_type::now();
  while (!is_over) {
    if (receive(socket, frames) && frames.size() >= 5)
      send(socket, {"MDPW02", "\x04", frames[2].to_string_view(), "", frames[4].to_string_view()});
    if (clock_type::now() - beat > std::chrono::seconds(1)) {
      send(socket, {"MDPW02", "\x05"});
      beat = clock_type::now();
    }
  }
  send(socket, {"MDPW02", "\x06"});
}

/// Each request carries the time at which it was sent.
void ask(zmq::context_t& context, const load& what, std::vector<double>& latencies_us,
         std::atomic<bool>& is_measuring) {
  auto socket = dealer(context, what.endpoint);
  std::string body(std::max(what.body_bytes, sizeof(std::int64_t)), 'x');
  const auto send_one = [&] {
    const std::int64_t now = clock_type::now().time_since_epoch().count();
    std::memcpy(body.data(), &now, sizeof now);
    send(socket, {"MDPC02", "\x01", "echo", body});
  };
  for (int i = 0; i < what.window; ++i)
    send_one();
  std::vector<zmq::message_t> frames;
  while (!is_over) {
    if (!receive(socket, frames))
      continue;
    std::int64_t sent = 0;
    std::memcpy(&sent, frames.at(3).data(), sizeof sent);
    if (is_measuring)
      latencies_us.push_back(
        static_cast<double>(clock_type::now().time_since_epoch().count() - sent) / 1000.0);
    send_one();
  }
}

double cpu_seconds(long pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string word;
  double ticks = 0;
  for (int i = 1; stat >> word && i <= 15; ++i)
    if (i >= 14) // user and system time
      ticks += std::stod(word);
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: mdp_load ENDPOINT [clients window workers capacity body_bytes "
                         "seconds [broker_pid]]\n");
    return 2;
  }
  load what;
  what.endpoint = argv[1];
  const auto number = [&](int i, auto otherwise) {
    return argc > i ? static_cast<decltype(otherwise)>(std::atof(argv[i])) : otherwise;
  };
  what.clients = number(2, what.clients);
  what.window = number(3, what.window);
  what.workers = number(4, what.workers);
  what.capacity = number(5, what.capacity);
  what.body_bytes = number(6, what.body_bytes);
  what.seconds = number(7, what.seconds);
  what.broker_pid = number(8, what.broker_pid);

  zmq::context_t context(1);
  std::atomic<bool> is_measuring{false};
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(what.clients));
  std::vector<std::thread> threads;
  for (int i = 0; i < what.workers; ++i)
    threads.emplace_back([&] { work(context, what); });
  for (auto& mine : latencies)
    threads.emplace_back([&] { ask(context, what, mine, is_measuring); });

  std::this_thread::sleep_for(std::chrono::milliseconds(500)); // warm up
  is_measuring = true;
  const auto cpu_before = cpu_seconds(what.broker_pid);
  const auto began = clock_type::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(what.seconds));
  is_measuring = false;
  const double took = std::chrono::duration<double>(clock_type::now() - began).count();
  const auto cpu = cpu_seconds(what.broker_pid) - cpu_before;
  is_over = true;
  for (auto& thread : threads)
    thread.join();

  std::vector<double> all;
  for (const auto& mine : latencies)
    all.insert(all.end(), mine.begin(), mine.end());
  if (all.empty()) {
    std::fprintf(stderr, "no request was answered\n");
    return 1;
  }
  std::ranges::sort(all);
  const auto count = static_cast<double>(all.size());
  std::printf("%.0f requests/s, p50 %.0f us, p99 %.0f us", count / took, all[all.size() / 2],
              all[all.size() * 99 / 100]);
  if (what.broker_pid != 0)
    std::printf(", broker CPU %.2f us a request", cpu * 1e6 / count);
  std::printf("\n");
}
