// Many questions at a time on one connection, and their replies in three forms: as futures, by a
// callback, and awaited by a coroutine.
//
//     hello_many [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/client/client.hpp"
#include "mdp/client/explain.hpp"

#include <coroutine>
#include <exception>
#include <future>
#include <iostream>
#include <string>
#include <vector>

namespace {

std::string text_of(const mdp::request_result& reply) {
  return reply ? std::string((*reply)[0].text()) : std::string(to_string(reply.error()));
}

/// A coroutine that begins at once and that nobody waits for; your library has a better one.
struct task {
  struct promise_type {
    task get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

/// Runs up to the first co_await here, and from then on on the client's thread.
task greet_both(mdp::client& client, std::promise<std::string>& greeting) {
  auto first = client.ask("hello", {mdp::frame("Ada")});
  std::string text = text_of(co_await first);
  auto second = client.ask("hello", {mdp::frame("Grace")});
  text += ' ' + text_of(co_await second);
  greeting.set_value(text);
}

} // namespace

int main(int argc, char** argv) {
  mdp::client_config config; // the broker is at tcp://127.0.0.1:5555
  examples::arguments(argc, argv).connect(config);
  std::promise<std::string> called;
  std::promise<std::string> awaited;
  mdp::client client(config);

  std::vector<std::future<mdp::request_result>> replies;
  for (int i = 0; i < 1000; ++i)
    replies.push_back(client.submit("hello", {mdp::frame(std::to_string(i))}));
  for (auto& reply : replies)
    if (const auto got = reply.get(); !got) {
      std::cerr << explain(got.error(), config) << '\n';
      return 1;
    }
  std::cout << "1000 replies on " << client.statistics().connections << " connection(s)\n";

  const auto request = client.call("hello", {mdp::frame("callback")},
                                   [&](const auto& reply) { called.set_value(text_of(reply)); });
  std::cout << (request ? called.get_future().get() : "refused") << '\n';
  greet_both(client, awaited);
  std::cout << awaited.get_future().get() << '\n';
}
