#include "mdp/protobuf/payload.hpp"

#include <google/protobuf/stubs/common.h>

#if GOOGLE_PROTOBUF_VERSION < 4022000
#include <google/protobuf/stubs/logging.h>
#endif

#include <limits>
#include <utility>

namespace mdp {

namespace {

/// protobuf counts bytes in an int.
constexpr auto most_bytes = static_cast<std::size_t>(std::numeric_limits<int>::max());

#if GOOGLE_PROTOBUF_VERSION < 4022000
/// Text that is not UTF-8 makes protobuf write a line on standard error, which a peer could cause at
/// will. While this lives, protobuf is silent about what is not fatal.
using silence = google::protobuf::LogSilencer;
#else
/// Since version 22 such lines are limited by the logging of Abseil.
struct silence {};
#endif

bool read(const frame& f, google::protobuf::MessageLite& into) {
  [[maybe_unused]] const silence no_lines;
  // The partial one, as the other says on standard error what is missing.
  return into.ParsePartialFromArray(f.data(), static_cast<int>(f.size())) && into.IsInitialized();
}

} // namespace

tl::expected<frame, message_error> frame_of(const google::protobuf::MessageLite& value,
                                            std::size_t limit) {
  if (!value.IsInitialized())
    return tl::unexpected(message_error::bad_protobuf);
  const auto size = value.ByteSizeLong();
  if (size > limit || size > most_bytes)
    return tl::unexpected(message_error::too_large);
  bool is_whole = false;
  auto result = frame::filled(size, [&](std::span<std::byte> room) {
    is_whole = value.SerializePartialToArray(room.data(), static_cast<int>(room.size()));
  });
  if (!is_whole)
    return tl::unexpected(message_error::bad_protobuf);
  return result;
}

tl::expected<void, message_error> parse(const frame& f, google::protobuf::MessageLite& into,
                                        std::size_t limit) {
  into.Clear();
  if (f.size() > limit || f.size() > most_bytes)
    return tl::unexpected(message_error::too_large);
  if (!read(f, into)) {
    into.Clear();
    return tl::unexpected(message_error::bad_protobuf);
  }
  return {};
}

tl::expected<void, message_error> push(message& onto, const google::protobuf::MessageLite& value,
                                       std::size_t limit) {
  auto f = frame_of(value, limit);
  if (!f)
    return tl::unexpected(f.error());
  onto.push(*std::move(f));
  return {};
}

tl::expected<void, message_error>
peek_into(const message& from, google::protobuf::MessageLite& into, std::size_t limit) {
  const auto* const top = from.peek();
  if (top == nullptr) {
    into.Clear();
    return tl::unexpected(message_error::no_frame);
  }
  return parse(*top, into, limit);
}

tl::expected<void, message_error> pop_into(message& from, google::protobuf::MessageLite& into,
                                           std::size_t limit) {
  auto result = peek_into(from, into, limit);
  if (result)
    from.drop(1);
  return result;
}

} // namespace mdp
