#include "mdp/nested_message.hpp"

#include "mdp/defaults.hpp"

#include <algorithm>
#include <utility>

namespace mdp {

namespace {

using frame_size = std::uint32_t;

static_assert(defaults::max_nested_bytes <= std::numeric_limits<frame_size>::max());

} // namespace

tl::expected<frame, message_error> frame_of(const message& inner) {
  const auto size = inner.byte_count() + inner.size() * sizeof(frame_size);
  if (inner.size() > defaults::max_nested_frames || size > defaults::max_nested_bytes)
    return tl::unexpected(message_error::too_large);
  return frame::filled(size, [&](std::span<std::byte> room) {
    auto at = room.begin();
    for (const auto& f : inner) {
      at = std::ranges::copy(detail::to_little_endian(static_cast<frame_size>(f.size())), at).out;
      at = std::ranges::copy(f.bytes(), at).out;
    }
  });
}

tl::expected<message, message_error> nested_in(const frame& f) {
  if (f.size() > defaults::max_nested_bytes)
    return tl::unexpected(message_error::too_large);
  message inner;
  std::size_t at = 0;
  while (at < f.size()) {
    const auto rest = f.bytes().subspan(at);
    if (rest.size() < sizeof(frame_size))
      return tl::unexpected(message_error::bad_nesting);
    const auto size = detail::from_little_endian<frame_size>(rest.first(sizeof(frame_size)));
    if (size > rest.size() - sizeof(frame_size))
      return tl::unexpected(message_error::bad_nesting);
    if (inner.size() == defaults::max_nested_frames)
      return tl::unexpected(message_error::too_large);
    at += sizeof(frame_size);
    inner.append(f.slice(at, size));
    at += size;
  }
  return inner;
}

tl::expected<void, message_error> push(message& onto, const message& inner) {
  auto f = frame_of(inner);
  if (!f)
    return tl::unexpected(f.error());
  onto.push(*std::move(f));
  return {};
}

} // namespace mdp
