#include "mdp/conformance/report.hpp"

namespace mdp::conformance {

namespace {

std::string json_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result = "\"";
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (result += '\\') += c;
    else if (byte < 0x20 || byte >= 0x7f) // an endpoint may hold what is not even UTF-8
      (result += "\\u00").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xFU]);
    else
      result += c;
  }
  return result + '"';
}

std::string object_of(const outcome& each) {
  return "{\"item\":" + json_text(each.item) + ",\"mdp\":" + json_text(to_string(each.spoken)) +
         ",\"level\":" + json_text(to_string(each.asked)) +
         ",\"verdict\":" + json_text(to_string(each.result)) +
         ",\"check\":" + json_text(each.title) + ",\"seen\":" + json_text(each.seen) + '}';
}

} // namespace

std::string report_json(const report& all) {
  std::string text = "{\"peer\":" + json_text(all.peer) +
                     ",\"conforms\":" + (all.conforms() ? "true" : "false") + ",\"checks\":[";
  for (const auto& each : all.outcomes) {
    text += &each == &all.outcomes.front() ? "\n" : ",\n";
    text += object_of(each);
  }
  return text + "\n]}\n";
}

} // namespace mdp::conformance
