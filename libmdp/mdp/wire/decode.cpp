#include "mdp/wire/decode.hpp"

#include "mdp/wire/frame_reader.hpp"

#include <algorithm>

namespace mdp::wire {

std::optional<decode_error> check_service_name(std::string_view name,
                                               const limits& bounds) noexcept {
  if (name.empty())
    return decode_error::empty_service_name;
  if (name.size() > bounds.max_service_name)
    return decode_error::service_name_too_long;
  // Compared by hand: std::isgraph asks the locale.
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(name.begin(), name.end(), is_visible))
    return decode_error::bad_service_name;
  return std::nullopt;
}

std::string_view header_seen(const message& frames) noexcept {
  const auto place = detail::find_header(frames);
  return place.index < frames.size() ? frames[place.index].text() : std::string_view{};
}

std::string printable(std::string text) {
  std::ranges::replace_if(
    text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

} // namespace mdp::wire
