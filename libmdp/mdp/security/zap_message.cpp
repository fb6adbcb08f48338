#include "mdp/security/zap_message.hpp"

#include "mdp/defaults.hpp"

#include <algorithm>
#include <iterator>

namespace mdp::security {

namespace {

constexpr std::string_view version = "1.0";
constexpr std::size_t fixed_frames = 6;

} // namespace

std::string_view to_string(zap_error error) noexcept {
  constexpr std::string_view names[] = {"too_short", "unsupported_version", "field_too_long",
                                        "too_many_credentials"};
  static_assert(std::size(names) == zap_error_count);
  return names[static_cast<std::size_t>(error)];
}

tl::expected<zap_request, zap_error> decode_zap(const message& frames) {
  if (frames.size() < fixed_frames)
    return tl::unexpected(zap_error::too_short);
  if (frames[0].text() != version)
    return tl::unexpected(zap_error::unsupported_version);
  if (frames.size() - fixed_frames > defaults::zap_max_credentials)
    return tl::unexpected(zap_error::too_many_credentials);
  if (std::ranges::any_of(
        frames, [](const frame& each) { return each.size() > defaults::zap_max_field_bytes; }))
    return tl::unexpected(zap_error::field_too_long);
  zap_request request;
  request.id = frames[1];
  request.domain = frames[2].text();
  request.address = frames[3].text();
  request.routing_id = frames[4];
  request.mechanism = frames[5].text();
  const auto all = frames.frames();
  request.credentials.assign(all.begin() + fixed_frames, all.end());
  return request;
}

message encode(const zap_reply& reply) {
  const bool is_welcome = reply.status == zap_status::welcome;
  return {frame(version),
          reply.id,
          frame(std::to_string(static_cast<unsigned>(reply.status))),
          frame(reply.text),
          frame(is_welcome ? reply.user_id : std::string_view()),
          frame()};
}

frame zap_id_of(const message& frames) {
  if (frames.size() < 2 || frames[1].size() > defaults::zap_max_field_bytes)
    return {};
  return frames[1];
}

} // namespace mdp::security
