#include "mdp/security/sealed_body.hpp"

#include "mdp/nested_message.hpp"

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace mdp::security {

namespace {

constexpr std::string_view marker = "mdp-sealed1";

/// In front of a reply's body: the part's number, four bytes little-endian, and 1 if it is the last.
constexpr std::size_t reply_head_bytes = 5;

const unsigned char* raw(std::span<const std::byte> bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// `head` and the body as one text in the clear, which is wiped when it has been sealed.
tl::expected<message, seal_refusal> seal(std::span<const std::uint8_t> head, const message& body,
                                         const public_key& to) {
  const auto nested = frame_of(body);
  if (!nested)
    return tl::unexpected(seal_refusal::too_large);
  use_sodium();
  std::vector<std::uint8_t> clear(head.begin(), head.end());
  clear.resize(head.size() + nested->size());
  if (!nested->empty())
    std::memcpy(clear.data() + head.size(), nested->data(), nested->size());
  std::vector<std::byte> box(clear.size() + crypto_box_SEALBYTES);
  crypto_box_seal(reinterpret_cast<unsigned char*>(box.data()), clear.data(), clear.size(),
                  to.bytes().data());
  sodium_memzero(clear.data(), clear.size());
  return message{frame(marker), frame(std::span<const std::byte>(box))};
}

/// The text in the clear.
tl::expected<std::vector<std::byte>, seal_refusal> open(const message& sealed,
                                                        const certificate& own) {
  if (sealed.size() != 2 || sealed[0].text() != marker)
    return tl::unexpected(seal_refusal::not_sealed);
  const auto box = sealed[1].bytes();
  if (box.size() < crypto_box_SEALBYTES)
    return tl::unexpected(seal_refusal::malformed);
  use_sodium();
  std::vector<std::byte> clear(box.size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(reinterpret_cast<unsigned char*>(clear.data()), raw(box), box.size(),
                           own.key().bytes().data(), raw(own.secret_key().bytes())) != 0)
    return tl::unexpected(seal_refusal::wrong_key);
  return clear;
}

tl::expected<message, seal_refusal> body_in(std::span<const std::byte> bytes) {
  auto body = nested_in(frame(bytes));
  if (!body)
    return tl::unexpected(seal_refusal::malformed);
  return *std::move(body);
}

} // namespace

std::string_view to_string(seal_refusal reason) noexcept {
  constexpr std::string_view names[] = {"not_sealed", "wrong_key", "malformed", "out_of_order",
                                        "too_large"};
  static_assert(std::size(names) == static_cast<std::size_t>(seal_refusal::too_large) + 1);
  return names[static_cast<std::size_t>(reason)];
}

tl::expected<sealed_request, seal_refusal> seal_request(const message& body,
                                                        const public_key& worker) {
  auto reply = certificate::generate();
  auto sealed = seal(reply.key().bytes(), body, worker);
  if (!sealed)
    return tl::unexpected(sealed.error());
  return sealed_request{*std::move(sealed), reply_opener(std::move(reply))};
}

tl::expected<opened_request, seal_refusal> open_request(const message& sealed,
                                                        const certificate& own) {
  const auto clear = open(sealed, own);
  if (!clear)
    return tl::unexpected(clear.error());
  const std::span<const std::byte> bytes(*clear);
  if (bytes.size() < public_key::byte_count)
    return tl::unexpected(seal_refusal::malformed);
  auto body = body_in(bytes.subspan(public_key::byte_count));
  if (!body)
    return tl::unexpected(body.error());
  return opened_request{*std::move(body),
                        reply_sealer(*public_key::of(bytes.first(public_key::byte_count)))};
}

tl::expected<message, seal_refusal> reply_sealer::seal(const message& body, bool is_last) {
  std::array<std::uint8_t, reply_head_bytes> head{};
  for (std::size_t i = 0; i < sizeof next_; ++i)
    head[i] = static_cast<std::uint8_t>(next_ >> (8 * i));
  head.back() = is_last ? 1 : 0;
  auto sealed = security::seal(head, body, reply_);
  if (sealed)
    ++next_;
  return sealed;
}

tl::expected<reply_opener::part, seal_refusal> reply_opener::open(const message& sealed) {
  const auto clear = security::open(sealed, key_);
  if (!clear)
    return tl::unexpected(clear.error());
  const std::span<const std::byte> bytes(*clear);
  if (bytes.size() < reply_head_bytes || std::to_integer<unsigned>(bytes[4]) > 1)
    return tl::unexpected(seal_refusal::malformed);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number |= std::to_integer<std::uint32_t>(bytes[i]) << (8 * i);
  if (number != next_)
    return tl::unexpected(seal_refusal::out_of_order);
  auto body = body_in(bytes.subspan(reply_head_bytes));
  if (!body)
    return tl::unexpected(body.error());
  ++next_;
  return part{*std::move(body), std::to_integer<unsigned>(bytes[4]) == 1};
}

} // namespace mdp::security
