#include "mdp/service/status_reply.hpp"

#include "mdp/assert.hpp"
#include "mdp/defaults.hpp"

#include <algorithm>
#include <charconv>

namespace mdp {

namespace {

constexpr std::string_view prefix = "mdp-status ";
constexpr std::size_t code_digits = 3;

} // namespace

message status_reply(int code, std::string_view text) {
  MDP_ASSERT(code >= 100 && code <= 999);
  auto line = std::string(prefix) + std::to_string(code) + ' ';
  line += text.substr(0, defaults::max_status_text_bytes);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      c = ' ';
  return {frame(line)};
}

std::optional<reply_status> read_status(const message& reply) {
  if (reply.size() != 1 || !reply[0].text().starts_with(prefix))
    return std::nullopt;
  const auto rest = reply[0].text().substr(prefix.size());
  reply_status status;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), status.code);
  const auto digits = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc{} || digits != code_digits ||
      (rest.size() > digits && rest[digits] != ' '))
    return std::nullopt;
  status.text = rest.substr(std::min(rest.size(), digits + 1));
  for (char& c : status.text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      c = '?';
  return status;
}

} // namespace mdp
