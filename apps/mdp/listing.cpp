#include "mdp/listing.hpp"

#include "mdp/commands.hpp"
#include "support/program.hpp"

#include <cstdio>

namespace mdp::apps {

tl::expected<std::string, int> ask_for_listing(asking_client& client, const std::string& word,
                                               const std::string& otherwise) {
  const auto reply = client.ask(word, {});
  if (!reply)
    return tl::unexpected(reply.error());
  const auto code = reply->empty() ? std::string() : std::string((*reply)[0].text());
  if (code == "501")
    return tl::unexpected(fail_with("this broker does not know " + word + " (501)" + otherwise));
  if (code == "503")
    return tl::unexpected(
      fail_with("the broker has too many questions to answer (503); ask later"));
  if (code != "200" || reply->size() < 2)
    return tl::unexpected(fail_with("the broker's answer to " + word + " makes no sense"));
  return std::string((*reply)[1].text());
}

int fail_with(const std::string& line) {
  std::fprintf(stderr, "%s: %s\n", client_program, line.c_str());
  return exit_code::failure;
}

} // namespace mdp::apps
