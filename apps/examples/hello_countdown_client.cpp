// A reply in parts, 2 of 2: a client that prints each part when it comes. It may take its time: what
// is not read yet waits in the broker, not in memory here.
//
//     hello_countdown_client [ENDPOINT [FROM]] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/client/client.hpp"

#include <iostream>

int main(int argc, char** argv) {
  mdp::client_config config; // the broker is at tcp://127.0.0.1:5555
  const examples::arguments given(argc, argv, 2);
  given.connect(config);
  mdp::client client(config);
  auto countdown = client.stream("countdown", {mdp::frame(given.word(1, "10"))});
  while (const auto part = countdown.next()) {
    std::cout << part->body[0].text() << std::endl;
    if (part->is_last)
      return 0;
  }
  std::cerr << "The countdown broke off: are the others running?\n";
  return 1;
}
