#include "actors/broker_fixture.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

// Requests through the whole broker but for the sockets, one after the other, on a loop's thread and by a clock that
// stands still: to count the instructions of each from outside (instructions.py).
//
//   many_requests NUMBER

using namespace mdp;
using namespace mdp::test;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: many_requests NUMBER\n");
    return 2;
  }
  const auto number = std::strtoul(argv[1], nullptr, 10);
  constexpr peer_id client_id{1};
  constexpr peer_id worker_id{2};
  broker_fixture broker;
  const auto client = broker.connect_client(client_id);
  const auto worker = broker.connect_worker(worker_id, "echo");
  broker.system.use_loop();
  for (auto i = 0UL; i < number; ++i) {
    broker.request(client, "echo", "hello");
    broker.say(worker, final_for(broker.only_request(worker_id), "hello"));
    if (broker.told_client(client_id).size() != 1)
      throw std::logic_error("not exactly one answer");
  }
}
