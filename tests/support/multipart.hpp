#pragma once

#include "mdp/message.hpp"

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

/// Messages written down in tests.
namespace mdp::test {

/// One frame for each text. A text with a NUL in it needs the `sv` suffix.
inline message multipart(std::initializer_list<std::string_view> frames) {
  message result;
  for (const auto text : frames)
    result.append(frame(text));
  return result;
}

/// The bytes that pairs of lower-case hexadecimal digits stand for; blanks between them are
/// skipped.
inline std::string bytes_of_hex(std::string_view hex) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  bool high = true;
  for (const auto c : hex) {
    if (c == ' ')
      continue;
    const auto value = static_cast<unsigned char>(digits.find(c));
    if (high)
      result.push_back(static_cast<char>(value << 4U));
    else
      result.back() = static_cast<char>(static_cast<unsigned char>(result.back()) | value);
    high = !high;
  }
  return result;
}

/// One frame for each text of hexadecimal digits.
inline message multipart_of_hex(std::span<const std::string_view> frames) {
  message result;
  for (const auto hex : frames)
    result.append(frame(bytes_of_hex(hex)));
  return result;
}

/// `frames` in brackets, everything that is not printable ASCII as \xNN.
inline std::string readable(const message& frames) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (const auto& f : frames) {
    result += '[';
    for (const auto c : f.text()) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && byte < 0x7f && c != '\\')
        result += c;
      else
        (result += "\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xFU]);
    }
    result += ']';
  }
  return result;
}

} // namespace mdp::test
