#pragma once

#include "mdp/defaults.hpp"
#include "mdp/typed_frames.hpp"

#include <google/protobuf/message_lite.h>
#include <tl/expected.hpp>

#include <concepts>
#include <cstddef>

/// Protocol buffers as frames, one frame a value, beside the other values of `typed_frames.hpp`:
///
///     push(m, point);                       // any google::protobuf::MessageLite
///     auto point = pop<geo::Point>(m);
///
/// The bytes are protobuf's own, so a frame can be read in every language that protobuf knows. As
/// with all values, an error leaves the message as it was. Peers are not trusted: what is larger
/// than `limit` bytes is refused before it is looked at, and no log line is written about what
/// cannot be parsed.
namespace mdp {

/// `value` in a frame. `bad_protobuf` when required fields are missing, `too_large` over `limit`.
[[nodiscard]] tl::expected<frame, message_error>
frame_of(const google::protobuf::MessageLite& value,
         std::size_t limit = defaults::max_protobuf_bytes);

/// Reads the whole of `f` into `into`, which is cleared first, and after an error. `bad_protobuf`
/// when the bytes are no such message or required fields are missing, `too_large` over `limit`.
[[nodiscard]] tl::expected<void, message_error>
parse(const frame& f, google::protobuf::MessageLite& into,
      std::size_t limit = defaults::max_protobuf_bytes);

/// Puts `value` on top; after an error nothing was put there.
[[nodiscard]] tl::expected<void, message_error>
push(message& onto, const google::protobuf::MessageLite& value,
     std::size_t limit = defaults::max_protobuf_bytes);

/// Reads the top frame into `into`, as parse() does.
[[nodiscard]] tl::expected<void, message_error>
peek_into(const message& from, google::protobuf::MessageLite& into,
          std::size_t limit = defaults::max_protobuf_bytes);

/// Takes the top frame into `into`, as parse() does; after an error the message is as it was.
[[nodiscard]] tl::expected<void, message_error>
pop_into(message& from, google::protobuf::MessageLite& into,
         std::size_t limit = defaults::max_protobuf_bytes);

/// The top frame as a `T`.
template <std::derived_from<google::protobuf::MessageLite> T>
[[nodiscard]] tl::expected<T, message_error>
peek(const message& from, std::size_t limit = defaults::max_protobuf_bytes) {
  tl::expected<T, message_error> result;
  if (const auto read = peek_into(from, *result, limit); !read)
    result = tl::unexpected(read.error());
  return result;
}

/// Takes the top frame as a `T`; after an error the message is as it was.
template <std::derived_from<google::protobuf::MessageLite> T>
[[nodiscard]] tl::expected<T, message_error> pop(message& from,
                                                 std::size_t limit = defaults::max_protobuf_bytes) {
  auto value = peek<T>(from, limit);
  if (value)
    from.drop(1);
  return value;
}

} // namespace mdp
