#include "mdp/typed_frames.hpp"

#include <algorithm>
#include <utility>

namespace mdp {

std::string_view to_string(message_error error) noexcept {
  switch (error) {
  case message_error::no_frame:
    return "no_frame";
  case message_error::wrong_size:
    return "wrong_size";
  case message_error::bad_bool:
    return "bad_bool";
  case message_error::bad_utf8:
    return "bad_utf8";
  case message_error::missing_delimiter:
    return "missing_delimiter";
  case message_error::bad_nesting:
    return "bad_nesting";
  case message_error::bad_protobuf:
    return "bad_protobuf";
  case message_error::too_large:
    return "too_large";
  }
  return "unknown_message_error";
}

namespace {

/// What the first byte of a character says: how many bytes follow, and between which bounds the
/// next one must lie. The narrow bounds are what keeps out overlong forms, surrogates and what
/// Unicode has not.
struct lead_byte {
  std::size_t tail = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  bool valid = true;
};

lead_byte classify(unsigned char lead) noexcept {
  if (lead < 0x80)
    return {};
  if (lead < 0xC2) // a tail byte, or an overlong form of ASCII
    return {.valid = false};
  if (lead < 0xE0)
    return {.tail = 1};
  if (lead == 0xE0)
    return {.tail = 2, .low = 0xA0};
  if (lead == 0xED)
    return {.tail = 2, .high = 0x9F};
  if (lead < 0xF0)
    return {.tail = 2};
  if (lead == 0xF0)
    return {.tail = 3, .low = 0x90};
  if (lead < 0xF4)
    return {.tail = 3};
  if (lead == 0xF4)
    return {.tail = 3, .high = 0x8F};
  return {.valid = false};
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = classify(static_cast<unsigned char>(text[at++]));
    if (!lead.valid || text.size() - at < lead.tail)
      return false;
    for (std::size_t i = 0; i < lead.tail; ++i) {
      const auto byte = static_cast<unsigned char>(text[at++]);
      if (byte < (i == 0 ? lead.low : 0x80) || byte > (i == 0 ? lead.high : 0xBF))
        return false;
    }
  }
  return true;
}

tl::expected<void, message_error> peek_memory(const message& from,
                                              std::span<std::byte> into) noexcept {
  const auto* const top = from.peek();
  if (top == nullptr)
    return tl::unexpected(message_error::no_frame);
  if (top->size() != into.size())
    return tl::unexpected(message_error::wrong_size);
  std::ranges::copy(top->bytes(), into.begin());
  return {};
}

tl::expected<void, message_error> pop_memory(message& from, std::span<std::byte> into) noexcept {
  auto result = peek_memory(from, into);
  if (result)
    from.drop(1);
  return result;
}

tl::expected<void, message_error> peek_empty(const message& from) noexcept {
  const auto* const top = from.peek();
  if (top == nullptr)
    return tl::unexpected(message_error::no_frame);
  if (!top->empty())
    return tl::unexpected(message_error::wrong_size);
  return {};
}

tl::expected<void, message_error> pop_empty(message& from) noexcept {
  auto result = peek_empty(from);
  if (result)
    from.drop(1);
  return result;
}

void wrap(message& onto, frame address) {
  push_empty(onto);
  onto.push(std::move(address));
}

tl::expected<frame, message_error> unwrap(message& from) noexcept {
  if (from.empty())
    return tl::unexpected(message_error::no_frame);
  if (from[0].empty())
    return tl::unexpected(message_error::wrong_size);
  if (from.size() < 2 || !from[1].empty())
    return tl::unexpected(message_error::missing_delimiter);
  auto address = *from.pop();
  from.drop(1);
  return address;
}

} // namespace mdp
