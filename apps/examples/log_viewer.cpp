// A cloud logger, 2 of 2: a viewer that prints each line with a word in it when it is written. Any
// number may watch; one that has lost its broker goes on where it was.
//
//     log_viewer [ENDPOINT [FIRST [WORD]]] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/runtime/signals.hpp"
#include "mdp/client/client.hpp"

#include <atomic>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  mdp::client_config config; // the broker is at tcp://127.0.0.1:5555
  const examples::arguments given(argc, argv, 3);
  given.connect(config);
  mdp::client client(config);
  std::atomic<bool> is_over = false;
  const mdp::actors::signal_watcher signals([&](int /*signal*/) {
    is_over = true;
    client.stop(); // and the stream below ends
  });
  std::string next = given.word(1, "0");
  const std::string word = given.word(2);
  while (!is_over) {
    auto lines = client.stream("log.watch", {mdp::frame(next), mdp::frame(word)});
    bool has_ended = false;
    while (const auto part = lines.next()) {
      if (!part->is_last)
        std::cout << part->body[1].text() << std::endl;
      next = part->body[0].text(); // of a line that is shown, or of the next one
      if (!part->is_last)
        next = std::to_string(std::stoul(next) + 1);
      has_ended = part->is_last;
    }
    if (!has_ended && !is_over)
      std::cerr << "The log does not answer; trying again.\n";
  }
}
