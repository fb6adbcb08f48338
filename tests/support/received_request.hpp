#pragma once

#include "mdp/wire/command.hpp"
#include "mdp/wire/decode.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mdp::test {

/// A request (18-2) in the memory in which it comes from a socket: with room for more frames than it
/// brought, and its header taken off. `envelope`, unless it is empty, stood in front of it (T19).
inline wire::client_request received_request(std::string_view service, std::string_view content,
                                             std::string_view envelope = {}) {
  constexpr std::size_t slots = 6; // as many as frames_io makes
  message frames;
  frames.reserve(slots);
  if (!envelope.empty()) {
    frames.append(frame(envelope));
    frames.append(frame());
  }
  for (const auto text : {std::string_view("MDPC02"), std::string_view("\x01"), service, content})
    frames.append(frame(text));
  auto input = wire::decode_at_broker(std::move(frames), {});
  return std::get<wire::client_request>(std::move(input.value().command));
}

} // namespace mdp::test
