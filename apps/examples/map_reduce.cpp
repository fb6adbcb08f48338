// Map and reduce: the service "words" counts the words of a text. It splits the text, has the pieces
// counted by whoever offers "words.piece", and adds up what they found. Each of these programs offers
// both, so start as many as there are processors, on as many machines as you like.
//
//     map_reduce [ENDPOINT] [--server-key KEY [--certificate FILE]]
//     mdp request words < book.txt

#include "examples/arguments.hpp"
#include "mdp/actors/runtime/signals.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"
#include "mdp/client/client.hpp"
#include "mdp/typed_frames.hpp"

#include <iostream>
#include <map>
#include <semaphore>
#include <sstream>
#include <string>
#include <vector>

namespace {

using counts = std::map<std::string, std::uint32_t>;

mdp::message map(const mdp::message& request) {
  counts found;
  std::istringstream text{std::string(request[0].text())};
  for (std::string word; text >> word;)
    ++found[word];
  mdp::message reply;
  for (const auto& [word, count] : found) {
    mdp::push(reply, count);
    mdp::push(reply, word);
  }
  return reply;
}

mdp::message reduce(mdp::client& client, const mdp::message& request) {
  const std::string text(request[0].text());
  std::vector<std::future<mdp::request_result>> pieces;
  for (std::size_t from = 0, to = 0; from < text.size(); from = to) {
    to = std::min(text.find_first_of(" \n\t", from + text.size() / 8 + 1), text.size());
    pieces.push_back(client.submit("words.piece", {mdp::frame(text.substr(from, to - from))}));
  }
  counts all;
  for (auto& piece : pieces) {
    auto found = piece.get().value(); // what is thrown becomes an error reply
    while (found.size() > 1) {
      const auto word = mdp::pop<std::string>(found).value();
      all[word] += mdp::pop<std::uint32_t>(found).value();
    }
  }
  mdp::message reply;
  for (const auto& [word, count] : all)
    reply.append(mdp::frame(word + ' ' + std::to_string(count)));
  return reply;
}

} // namespace

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });
  mdp::client_config asking; // the broker is at tcp://127.0.0.1:5555
  mdp::actors::worker_config config;
  const examples::arguments given(argc, argv);
  given.connect(asking);
  given.connect(config);
  mdp::client client(asking); // asks again, of another worker, if one is lost
  mdp::actors::worker_runtime worker(config);
  const mdp::actors::service_spec words{[&](const mdp::message& r) { return reduce(client, r); }};
  if (!worker.spawn_service("words.piece", {map}) || !worker.spawn_service("words", words))
    return 1; // not with these names
  worker.start();
  std::cout << "Words are counted; Ctrl-C stops it." << std::endl;
  ctrl_c.acquire();
  client.stop();
  worker.stop();
}
