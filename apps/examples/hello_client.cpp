// Hello World, 3 of 3: a client. Prints "Hello, World!", or why not.
//
//     hello_client [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/client/client.hpp"
#include "mdp/client/explain.hpp"

#include <iostream>

int main(int argc, char** argv) {
  mdp::client_config config; // the broker is at tcp://127.0.0.1:5555
  examples::arguments(argc, argv).connect(config);
  mdp::client client(config);
  const auto reply = client.request("hello", {mdp::frame("World")});
  if (!reply) {
    std::cerr << explain(reply.error(), config) << '\n'; // what may be wrong, in a line
    return 1;
  }
  std::cout << (*reply)[0].text() << '\n';
}
