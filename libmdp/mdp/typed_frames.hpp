#pragma once

#include "mdp/message.hpp"

#include <tl/expected.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// Values as frames, one frame a value, and the stack operations on them:
///
///     push(m, std::uint32_t{7});            // m is [07 00 00 00]
///     push(m, "seven");                     // m is ["seven"] [07 00 00 00]
///     auto name = pop<std::string>(m);      // what was pushed last comes first (T18)
///     auto number = pop<std::uint32_t>(m);
///
/// A frame carries no type, so both sides must agree on the order and the types. Numbers are
/// little-endian, two's complement and IEEE 754 on the wire, whatever the host is. Reading asks for
/// the exact size; what does not fit is an error, never an invented value, and leaves the message
/// as it was.
namespace mdp {

/// Why a frame could not be read as what was asked for.
enum class message_error : std::uint8_t {
  no_frame,          ///< the message has no (more) frames
  wrong_size,        ///< the frame does not have exactly the size of the type
  bad_bool,          ///< a byte that is neither 0 nor 1
  bad_utf8,          ///< text that is not UTF-8
  missing_delimiter, ///< an address that is not followed by an empty frame
  bad_nesting,       ///< a frame that does not hold whole frames (see `nested_message.hpp`)
  bad_protobuf,      ///< a frame that is no such protocol buffer, or one with fields missing
  too_large,         ///< more than the limit for this kind of value
};

inline constexpr std::size_t message_error_count =
  static_cast<std::size_t>(message_error::too_large) + 1;

/// The enumerator's name, as used in logs.
[[nodiscard]] std::string_view to_string(message_error error) noexcept;

/// Whether `text` is well-formed UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above
/// U+10FFFF. NUL is a character like any other.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// -- the types that have a place in a frame -------------------------------------------------------

/// An integer whose size is the same everywhere. `char`, `wchar_t` and the like are left out: they
/// are not numbers of a known size or sign.
template <class T>
concept fixed_width_integer = std::same_as<T, std::int8_t> || std::same_as<T, std::int16_t> ||
  std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> || std::same_as<T, std::uint8_t> ||
  std::same_as<T, std::uint16_t> || std::same_as<T, std::uint32_t> ||
  std::same_as<T, std::uint64_t>;

/// `float` or `double`, in the format the wire has.
template <class T>
concept fixed_width_float = std::numeric_limits<T>::is_iec559 &&
  (std::same_as<T, float> || std::same_as<T, double>);

namespace detail {

/// True for an enum whose declaration names its underlying type: only such a one can be initialised
/// from an integer in braces.
template <class T>
concept has_fixed_underlying_type = requires {
  T{std::underlying_type_t<T>{}};
};

} // namespace detail

/// An enum over a fixed underlying type: any value of that type is then a value of the enum, known
/// or not, so that reading what a newer peer sent is safe. Sent as its underlying type.
template <class T>
concept fixed_width_enum = std::is_enum_v<T> && detail::has_fixed_underlying_type<T> &&
  (fixed_width_integer<std::underlying_type_t<T>> || std::same_as<std::underlying_type_t<T>, bool>);

/// Everything with a size of its own. A bool is one byte, 0 or 1.
template <class T>
concept frame_scalar =
  fixed_width_integer<T> || fixed_width_float<T> || fixed_width_enum<T> || std::same_as<T, bool>;

/// What can be taken out of a frame by value.
template <class T>
concept frame_value =
  frame_scalar<T> || std::same_as<T, std::string> || std::same_as<T, std::vector<std::byte>>;

/// What can only be looked at in a frame, and is valid as long as the frame is.
template <class T>
concept frame_view =
  std::same_as<T, std::string_view> || std::same_as<T, std::span<const std::byte>>;

namespace detail {

template <std::unsigned_integral T>
constexpr std::array<std::byte, sizeof(T)> to_little_endian(T value) noexcept {
  std::array<std::byte, sizeof(T)> bytes{};
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bytes[i] = static_cast<std::byte>(value >> (8 * i));
  return bytes;
}

/// `bytes` has exactly `sizeof(T)`.
template <std::unsigned_integral T>
constexpr T from_little_endian(std::span<const std::byte> bytes) noexcept {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | (static_cast<T>(bytes[i]) << (8 * i)));
  return value;
}

/// The unsigned integer of the same size as a float or an integer.
template <class T>
using bits_of = std::conditional_t<
  sizeof(T) == 1, std::uint8_t,
  std::conditional_t<sizeof(T) == 2, std::uint16_t,
                     std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

} // namespace detail

// -- frames ---------------------------------------------------------------------------------------

/// A frame of exactly the size of `value`.
template <frame_scalar T>
[[nodiscard]] frame frame_of(T value) {
  if constexpr (std::is_enum_v<T>) {
    return frame_of(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::same_as<T, bool>) {
    return frame_of(static_cast<std::uint8_t>(value ? 1 : 0));
  } else {
    return frame(detail::to_little_endian(std::bit_cast<detail::bits_of<T>>(value)));
  }
}

/// A frame of the characters of `text` without a terminator. Not checked: that it is UTF-8 is the
/// caller's promise, and the reader's check.
[[nodiscard]] inline frame frame_of(std::string_view text) {
  return frame(text);
}

/// A frame of `bytes`, which are copied; also takes vectors and arrays of bytes.
[[nodiscard]] inline frame frame_of(std::span<const std::byte> bytes) {
  return frame(bytes);
}

/// The whole of `f` as a `T`. Views are valid as long as `f` is.
template <class T>
  requires frame_value<T> || frame_view<T>
[[nodiscard]] tl::expected<T, message_error> value_of(const frame& f) {
  if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
    if (!is_utf8(f.text()))
      return tl::unexpected(message_error::bad_utf8);
    return T(f.text());
  } else if constexpr (std::same_as<T, std::vector<std::byte>>) {
    return T(f.bytes().begin(), f.bytes().end());
  } else if constexpr (frame_view<T>) {
    return f.bytes();
  } else if constexpr (std::is_enum_v<T>) {
    return value_of<std::underlying_type_t<T>>(f).map([](auto value) { return T{value}; });
  } else if (f.size() != sizeof(T)) {
    return tl::unexpected(message_error::wrong_size);
  } else if constexpr (std::same_as<T, bool>) {
    const auto byte = std::to_integer<std::uint8_t>(f.bytes().front());
    if (byte > 1)
      return tl::unexpected(message_error::bad_bool);
    return byte == 1;
  } else {
    return std::bit_cast<T>(detail::from_little_endian<detail::bits_of<T>>(f.bytes()));
  }
}

// -- the message as a stack of values -------------------------------------------------------------

/// Puts a number, a bool or an enum on top. Mind the type: a literal is an `int`.
template <frame_scalar T>
void push(message& onto, T value) {
  onto.push(frame_of(value));
}

/// Puts text on top; see `frame_of` about UTF-8.
inline void push(message& onto, std::string_view text) {
  onto.push(frame_of(text));
}

/// Puts bytes on top.
inline void push(message& onto, std::span<const std::byte> bytes) {
  onto.push(frame_of(bytes));
}

/// Puts `size` bytes of memory on top, as they lie there: numbers in it are not made little-endian.
inline void push_memory(message& onto, const void* data, std::size_t size) {
  onto.push(frame(std::span(static_cast<const std::byte*>(data), size)));
}

/// Puts an empty frame on top.
inline void push_empty(message& onto) {
  onto.push(frame{});
}

/// The top frame as a `T`. Views are valid until the message changes.
template <class T>
  requires frame_value<T> || frame_view<T>
[[nodiscard]] tl::expected<T, message_error> peek(const message& from) {
  const auto* const top = from.peek();
  if (top == nullptr)
    return tl::unexpected(message_error::no_frame);
  return value_of<T>(*top);
}

/// Takes the top frame as a `T`; after an error the message is as it was. There is no pop of a
/// view, as what it views would be gone: peek, and then `message::drop(1)`.
template <frame_value T>
[[nodiscard]] tl::expected<T, message_error> pop(message& from) {
  auto value = peek<T>(from);
  if (value)
    from.drop(1);
  return value;
}

/// Copies the top frame to `into`, which must have exactly its size; after an error nothing was
/// written.
[[nodiscard]] tl::expected<void, message_error> peek_memory(const message& from,
                                                            std::span<std::byte> into) noexcept;

/// Takes the top frame into `into` as peek_memory() does; after an error the message is as it was.
[[nodiscard]] tl::expected<void, message_error> pop_memory(message& from,
                                                           std::span<std::byte> into) noexcept;

/// Whether the top frame is there (`no_frame`) and empty (`wrong_size`).
[[nodiscard]] tl::expected<void, message_error> peek_empty(const message& from) noexcept;

/// Takes the top frame, which must be empty.
[[nodiscard]] tl::expected<void, message_error> pop_empty(message& from) noexcept;

/// Puts an address and the empty frame that ends it on top, as REQ and ROUTER do.
void wrap(message& onto, frame address);

/// Takes the address on top and the empty frame behind it. Both must be there, and the address may
/// not be empty itself (`wrong_size`).
[[nodiscard]] tl::expected<frame, message_error> unwrap(message& from) noexcept;

} // namespace mdp
