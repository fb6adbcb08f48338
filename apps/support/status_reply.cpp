#include "support/status_reply.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace mdp::apps {

namespace {

constexpr std::string_view prefix = "mdp-status ";
constexpr std::size_t code_digits = 3;

} // namespace

std::optional<status_reply> read_status(const message& reply) {
  if (reply.size() != 1 || !reply[0].text().starts_with(prefix))
    return std::nullopt;
  const auto rest = reply[0].text().substr(prefix.size());
  status_reply status;
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

} // namespace mdp::apps
