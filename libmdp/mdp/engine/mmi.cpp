#include "mdp/engine/mmi.hpp"

#include <string>

namespace mdp::engine {

namespace {

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
  if (service == "mmi.services")
    return mmi_list_services{};
  return status("501");
}

message answer_mmi_service(std::size_t workers) {
  return status(workers > 0 ? "200" : "404").body;
}

message answer_mmi_services(std::span<const service_summary> services) {
  std::string json = "[";
  for (const auto& entry : services) {
    if (json.size() > 1)
      json += ',';
    json += "{\"service\":\"";
    for (const char c : entry.service) { // printable ASCII, so these two are all JSON minds
      if (c == '"' || c == '\\')
        json += '\\';
      json += c;
    }
    json += "\",\"workers\":" + std::to_string(entry.workers) + '}';
  }
  json += ']';
  return {frame("200"), frame(json)};
}

} // namespace mdp::engine
