#pragma once

#include "mdp/message.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// A multipart as one string of bytes, for fuzzers and their corpora. A frame is a length and that
/// many bytes. The length is one byte from 0 to 254; or the byte 255 and two more, little-endian.
/// The last frame is cut short where the bytes end, so that every string of bytes is a multipart.
namespace mdp::test {

/// The multipart that `stream` stands for.
inline message split_frames(std::span<const std::uint8_t> stream) {
  message frames;
  while (!stream.empty()) {
    std::size_t length = stream[0];
    stream = stream.subspan(1);
    if (length == 255 && stream.size() >= 2) {
      length = stream[0] | (std::size_t{stream[1]} << 8U);
      stream = stream.subspan(2);
    }
    const auto bytes = stream.first(std::min(length, stream.size()));
    frames.append(frame(std::as_bytes(bytes)));
    stream = stream.subspan(bytes.size());
  }
  return frames;
}

/// The bytes that stand for `frames`, none of which may be longer than 65535.
inline std::string join_frames(const message& frames) {
  std::string stream;
  for (const auto& f : frames) {
    if (f.size() < 255) {
      stream.push_back(static_cast<char>(f.size()));
    } else {
      stream.push_back('\xff');
      stream.push_back(static_cast<char>(f.size() & 0xFFU));
      stream.push_back(static_cast<char>(f.size() >> 8U));
    }
    stream += f.text();
  }
  return stream;
}

} // namespace mdp::test
