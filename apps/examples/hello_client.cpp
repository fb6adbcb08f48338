// Hello World, 3 of 3: a client. Prints "Hello, World!", or why not.
//
//     hello_client [ENDPOINT]

#include "mdp/client/client.hpp"

#include <iostream>

int main(int argc, char** argv) {
  mdp::client_config config; // the broker is at tcp://127.0.0.1:5555
  if (argc > 1)
    config.brokers = {argv[1]};
  mdp::client client(config);
  const auto reply = client.request("hello", {mdp::frame("World")});
  if (!reply) {
    std::cerr << "No reply (" << to_string(reply.error()) << "): are the others running?\n";
    return 1;
  }
  std::cout << (*reply)[0].text() << '\n';
}
