// What a broker costs at the least: a hand-written, single-threaded ROUTER loop that speaks just
// enough MDP 0.2 for `mdp_load`. No checks, no retry, no heartbeats, no limits: not a broker anybody
// should run, but the measure for ours.
//
//   bare_router ENDPOINT

#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

namespace {

using frames = std::vector<zmq::message_t>;

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bare_router ENDPOINT\n");
    return 2;
  }
  zmq::context_t context(1);
  zmq::socket_t router(context, zmq::socket_type::router);
  router.set(zmq::sockopt::linger, 0);
  router.bind(argv[1]);
  std::printf("%s\n", router.get(zmq::sockopt::last_endpoint).c_str());
  std::fflush(stdout);

  std::deque<std::string> idle; // once for each place that is free
  std::deque<frames> waiting;
  const auto dispatch = [&] {
    while (!idle.empty() && !waiting.empty()) {
      auto request = std::move(waiting.front());
      waiting.pop_front();
      const auto to = std::move(idle.front());
      idle.pop_front();
      router.send(zmq::buffer(to), zmq::send_flags::sndmore);
      router.send(zmq::str_buffer("MDPW02"), zmq::send_flags::sndmore);
      router.send(zmq::str_buffer("\x02"), zmq::send_flags::sndmore);
      router.send(std::move(request[0]), zmq::send_flags::sndmore);
      router.send(zmq::message_t(), zmq::send_flags::sndmore);
      router.send(std::move(request[4]), zmq::send_flags::none);
    }
  };
  for (;;) {
    frames in;
    if (!zmq::recv_multipart(router, std::back_inserter(in)))
      continue;
    if (in[1].to_string_view() == "MDPC02") {
      waiting.push_back(std::move(in));
    } else if (const auto command = in[2].to_string_view(); command == "\x01") {
      const auto places =
        in.size() > 4 ? std::strtoul(in[4].to_string().c_str() + 9, nullptr, 10) : 1UL;
      for (auto i = 0UL; i < places; ++i)
        idle.push_back(in[0].to_string());
    } else if (command == "\x04") {
      idle.push_back(in[0].to_string());
      router.send(std::move(in[3]), zmq::send_flags::sndmore);
      router.send(zmq::str_buffer("MDPC02"), zmq::send_flags::sndmore);
      router.send(zmq::str_buffer("\x03"), zmq::send_flags::sndmore);
      router.send(zmq::str_buffer("echo"), zmq::send_flags::sndmore);
      router.send(std::move(in[5]), zmq::send_flags::none);
    }
    dispatch();
  }
}
