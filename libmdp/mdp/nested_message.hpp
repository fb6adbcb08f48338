#pragma once

#include "mdp/typed_frames.hpp"

#include <concepts>

/// A whole message as one frame of another: a request that is put aside with its reply's address, a
/// batch, a letter in an envelope that nobody on the way looks into.
///
///     push(outer, inner);                   // one frame, whatever `inner` has
///     auto inner = pop<message>(outer);
///
/// In the frame each inner frame is its size, four bytes little-endian, and its bytes; the end of
/// the frame is the end of the message, so a message without frames is an empty frame.
namespace mdp {

/// All of `inner` in one frame. `too_large` over `defaults::max_nested_frames` or
/// `defaults::max_nested_bytes`, which the other side would not take.
[[nodiscard]] tl::expected<frame, message_error> frame_of(const message& inner);

/// The message in `f`. Large inner frames share the bytes of `f`. `bad_nesting` when `f` does not
/// end where its last inner frame does; `too_large` as above.
[[nodiscard]] tl::expected<message, message_error> nested_in(const frame& f);

/// Puts all of `inner` on top, as one frame; after an error nothing was put there.
[[nodiscard]] tl::expected<void, message_error> push(message& onto, const message& inner);

/// The message in the top frame.
template <std::same_as<message> T>
[[nodiscard]] tl::expected<T, message_error> peek(const message& from) {
  const auto* const top = from.peek();
  if (top == nullptr)
    return tl::unexpected(message_error::no_frame);
  return nested_in(*top);
}

/// Takes the message in the top frame; after an error the outer message is as it was.
template <std::same_as<message> T>
[[nodiscard]] tl::expected<T, message_error> pop(message& from) {
  auto inner = peek<T>(from);
  if (inner)
    from.drop(1);
  return inner;
}

} // namespace mdp
