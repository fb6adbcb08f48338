#include "mdp/engine/mmi.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mdp::engine {

namespace {

constexpr std::pair<std::string_view, mmi_listing> listings[] = {
  {"mmi.services", mmi_listing::services}, {"mmi.workers", mmi_listing::workers},
  {"mmi.queues", mmi_listing::queues},     {"mmi.stats", mmi_listing::stats},
  {"mmi.version", mmi_listing::version},   {"mmi.dead_letters", mmi_listing::dead_letters},
  {"mmi.tree", mmi_listing::tree},
};

mmi_answer status(std::string_view code) {
  return {message{frame(code)}};
}

} // namespace

mmi_question read_mmi(std::string_view service, const message& body) {
  if (service == "mmi.service") {
    if (body.size() != 1)
      return status("400");
    return mmi_count_workers{std::string(body[0].text())};
  }
  const auto* const listing =
    std::ranges::find(listings, service, &std::pair<std::string_view, mmi_listing>::first);
  if (listing == std::end(listings))
    return status("501");
  // MDP wants a body, and there is nothing to say in it: whoever says something expects something.
  if (body.size() != 1 || !body[0].empty())
    return status("400");
  return listing->second;
}

message answer_mmi_service(std::size_t workers) {
  return status(workers > 0 ? "200" : "404").body;
}

message answer_mmi_listing(std::string_view document) {
  return {frame("200"), frame(document)};
}

message answer_mmi_overload() {
  return status("503").body;
}

} // namespace mdp::engine
