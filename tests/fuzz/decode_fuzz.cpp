// Feeds the three decoders whatever bytes there are. The input is a multipart in the format of
// support/frame_stream.hpp. Nothing may crash; and what a decoder accepts must encode to the very
// bytes it was decoded from and decode to the same command again.

#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "support/frame_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <variant>

namespace {

using namespace mdp;
using namespace mdp::wire;

void require(bool holds) {
  if (!holds)
    std::abort();
}

/// So small that short inputs reach every one of them.
limits tight() {
  limits bounds;
  bounds.max_frames = 8;
  bounds.max_bytes = 48;
  bounds.max_service_name = 4;
  bounds.max_address = 5;
  bounds.max_envelope = 2;
  bounds.max_capacity = 64;
  return bounds;
}

limits delimited(limits bounds) {
  bounds.accept_delimited_v2 = true;
  return bounds;
}

template <class Decode, class Encode>
void check(const message& frames, Decode decode, Encode encode_again) {
  const auto first = decode(frames);
  if (!first) {
    require(static_cast<std::size_t>(first.error()) < decode_error_count);
    return;
  }
  const auto again = encode_again(*first);
  require(again == frames);
  const auto second = decode(again);
  require(second.has_value());
  require(*second == *first);
}

void check_all(const message& frames, const limits& bounds) {
  check(
    frames, [&](const message& m) { return decode_at_broker(m, bounds); },
    [](const broker_input& input) {
      return std::visit([&](const auto& command) { return encode(command, input.version); },
                        input.command);
    });
  auto read = frames;
  broker_input into;
  if (read_at_broker(read, bounds, into)) // refused: its header can still be shown
    require(header_seen(read) == header_seen(frames));
  for (const auto version : {protocol_version::v0_1, protocol_version::v0_2}) {
    const auto write = [version](const auto& command) { return encode(command, version); };
    check(
      frames, [&](const message& m) { return decode_at_worker(m, version, bounds); }, write);
    check(
      frames, [&](const message& m) { return decode_at_client(m, version, bounds); }, write);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto frames = mdp::test::split_frames(std::span(data, size));
  // What is shown in a log line is copied, so that AddressSanitizer sees every byte of it read.
  require(std::string(header_seen(frames)).size() <= frames.byte_count());
  for (const auto& bounds : {limits{}, tight()}) {
    check_all(frames, bounds);
    check_all(frames, delimited(bounds));
  }
  return 0;
}
