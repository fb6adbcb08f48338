#include "mdp/conformance/frames.hpp"

#include "mdp/defaults.hpp"

#include <algorithm>
#include <cstddef>

namespace mdp::conformance {

std::string_view to_string(version v) noexcept {
  return v == version::v0_1 ? "0.1" : "0.2";
}

frames join(frames head, const frames& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

std::string readable(const frames& message) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  std::size_t shown = 0;
  for (const auto& f : message) {
    if (shown++ == defaults::conformance_shown_frames)
      return result + "... " + std::to_string(message.size()) + " frames";
    result += '[';
    for (const auto c : f.substr(0, defaults::conformance_shown_bytes)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && byte < 0x7f && c != '\\')
        result += c;
      else
        (result += "\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xFU]);
    }
    if (f.size() > defaults::conformance_shown_bytes)
      result += "... " + std::to_string(f.size()) + " bytes";
    result += ']';
  }
  return result;
}

frames client_request(version v, const std::string& service, const frames& body) {
  return join(
    v == version::v0_1 ? frames{"", "MDPC01", service} : frames{"MDPC02", "\x01", service}, body);
}

frames client_partial(const std::string& service, const frames& body) {
  return join({"MDPC02", "\x02", service}, body);
}

frames client_final(version v, const std::string& service, const frames& body) {
  return join(
    v == version::v0_1 ? frames{"", "MDPC01", service} : frames{"MDPC02", "\x03", service}, body);
}

frames worker_ready(version v, const std::string& service) {
  return v == version::v0_1 ? frames{"", "MDPW01", "\x01", service}
                            : frames{"MDPW02", "\x01", service};
}

frames worker_request(version v, const std::string& address, const frames& body) {
  return join(v == version::v0_1 ? frames{"", "MDPW01", "\x02", address, ""}
                                 : frames{"MDPW02", "\x02", address, ""},
              body);
}

frames worker_partial(const std::string& address, const frames& body) {
  return join({"MDPW02", "\x03", address, ""}, body);
}

frames worker_final(version v, const std::string& address, const frames& body) {
  return join(v == version::v0_1 ? frames{"", "MDPW01", "\x03", address, ""}
                                 : frames{"MDPW02", "\x04", address, ""},
              body);
}

frames worker_heartbeat(version v) {
  return v == version::v0_1 ? frames{"", "MDPW01", "\x04"} : frames{"MDPW02", "\x05"};
}

frames worker_disconnect(version v) {
  return v == version::v0_1 ? frames{"", "MDPW01", "\x05"} : frames{"MDPW02", "\x06"};
}

worker_message read_worker_message(version v, const frames& message) {
  // Position is code: 1 is READY in both, the others moved between the versions.
  using enum command;
  constexpr command codes_v0_1[] = {none, ready, request, final, heartbeat, disconnect, none};
  constexpr command codes_v0_2[] = {none, ready, request, partial, final, heartbeat, disconnect};
  const std::size_t start = !message.empty() && message.front().empty() ? 1 : 0;
  const auto* const header = v == version::v0_1 ? "MDPW01" : "MDPW02";
  if (message.size() < start + 2 || message[start] != header || message[start + 1].size() != 1)
    return {};
  const auto code = static_cast<unsigned char>(message[start + 1].front());
  if (code >= std::size(codes_v0_1))
    return {};
  worker_message result;
  result.what = v == version::v0_1 ? codes_v0_1[code] : codes_v0_2[code];
  result.rest.assign(message.begin() + static_cast<std::ptrdiff_t>(start) + 2, message.end());
  if (result.rest.empty())
    return result;
  result.address = result.rest.front();
  auto body = std::find(result.rest.begin(), result.rest.end(), std::string());
  body = body == result.rest.end() ? result.rest.begin() : body;
  result.body.assign(body + 1, result.rest.end());
  return result;
}

bool ends_with(const frames& message, std::string_view text) {
  return !message.empty() && message.back() == text;
}

} // namespace mdp::conformance
