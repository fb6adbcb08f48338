// What switching messages costs at the least: libzmq's own zmq_proxy() between a ROUTER and a DEALER. No
// protocol, no queue, no retry, no liveness. `mdp bench --protocol proxy` puts it under the same load as
// a broker.
//
//   bare_proxy CLIENT_ENDPOINT WORKER_ENDPOINT

#include <zmq.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bare_proxy CLIENT_ENDPOINT WORKER_ENDPOINT\n");
    return 2;
  }
  zmq::context_t context(1);
  zmq::socket_t front(context, zmq::socket_type::router);
  zmq::socket_t back(context, zmq::socket_type::dealer);
  for (auto* socket : {&front, &back})
    socket->set(zmq::sockopt::linger, 0);
  front.bind(argv[1]);
  back.bind(argv[2]);
  std::printf("%s\n%s\n", front.get(zmq::sockopt::last_endpoint).c_str(),
              back.get(zmq::sockopt::last_endpoint).c_str());
  std::fflush(stdout);
  zmq::proxy(front, back);
}
