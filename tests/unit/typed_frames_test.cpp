#include "mdp/typed_frames.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::literals;

namespace {

enum class colour : std::uint16_t { red = 1, green = 0x0203 };
enum class flag : bool { off, on };
enum unscoped : std::int8_t { minus_one = -1 };
enum class plain { zero, seven = 7 };
enum loose { any };

/// The value of a `T` in a frame, its bytes in hexadecimal and back.
template <class T>
void check_bytes(T value, std::string_view hex) {
  CAPTURE(std::string(hex));
  CHECK(frame_of(value).hex() == hex);
  CHECK(value_of<T>(frame(bytes_of_hex(hex))) == value);
  auto m = multipart({"below"});
  push(m, value);
  CHECK(peek<T>(m) == value);
  CHECK(m.size() == 2);
  CHECK(pop<T>(m) == value);
  CHECK(m == multipart({"below"}));
}

/// That a `T` is popped from frames of `size` bytes only, and that others stay where they are.
template <class T>
void check_size(std::size_t size) {
  for (std::size_t wrong = 0; wrong <= 16; ++wrong) {
    if (wrong == size)
      continue;
    CAPTURE(wrong);
    auto m = multipart({std::string(wrong, '\0'), "below"});
    const auto before = m;
    CHECK(peek<T>(m).error() == message_error::wrong_size);
    CHECK(pop<T>(m).error() == message_error::wrong_size);
    CHECK(m == before);
  }
  message none;
  CHECK(peek<T>(none).error() == message_error::no_frame);
  CHECK(pop<T>(none).error() == message_error::no_frame);
}

template <class T>
concept can_be_pushed = requires(message& m, T value) {
  push(m, value);
};

template <class T>
concept can_be_popped = requires(message& m) {
  pop<T>(m);
};

// What has another size elsewhere, or cannot be read back safely, is refused by the compiler.
static_assert(!can_be_pushed<char> && !can_be_popped<char>);
static_assert(!can_be_pushed<wchar_t> && !can_be_pushed<char32_t>);
static_assert(!can_be_pushed<long double> && !can_be_popped<long double>);
static_assert(!can_be_pushed<loose> && !can_be_popped<loose>);
static_assert(!can_be_pushed<void*> && !can_be_pushed<int*>);
static_assert(!can_be_popped<std::string_view>); // what it views would be gone
static_assert(!can_be_popped<std::span<const std::byte>>);
static_assert(can_be_pushed<const char*> && can_be_pushed<std::string>);

} // namespace

TEST_CASE("T18 integers of every width are little-endian, two's complement and of exact size") {
  check_bytes<std::int8_t>(-2, "fe");
  check_bytes<std::uint8_t>(0xfe, "fe");
  check_bytes<std::int16_t>(-2, "feff");
  check_bytes<std::uint16_t>(0x0102, "0201");
  check_bytes<std::int32_t>(-2, "feffffff");
  check_bytes<std::uint32_t>(0x01020304, "04030201");
  check_bytes<std::int64_t>(-2, "feffffffffffffff");
  check_bytes<std::uint64_t>(0x0102030405060708, "0807060504030201");
  check_bytes<std::int32_t>(std::numeric_limits<std::int32_t>::min(), "00000080");
  check_bytes<std::int64_t>(std::numeric_limits<std::int64_t>::max(), "ffffffffffffff7f");
  check_size<std::int8_t>(1);
  check_size<std::uint16_t>(2);
  check_size<std::int32_t>(4);
  check_size<std::uint64_t>(8);
}

TEST_CASE("T18 floats are IEEE 754, little-endian, four and eight bytes") {
  check_bytes(1.0F, "0000803f");
  check_bytes(-0.5, "000000000000e0bf");
  check_bytes(std::numeric_limits<double>::infinity(), "000000000000f07f");
  check_size<float>(4);
  check_size<double>(8);
}

TEST_CASE("a NaN and a negative zero survive with their bits") {
  message m;
  push(m, std::numeric_limits<double>::quiet_NaN());
  push(m, -0.0);
  const auto zero = pop<double>(m);
  REQUIRE(zero.has_value());
  CHECK(std::signbit(*zero));
  const auto nan = pop<double>(m);
  REQUIRE(nan.has_value());
  CHECK(std::isnan(*nan));
}

TEST_CASE("a bool is one byte, 0 or 1, and no other byte is one") {
  check_bytes(true, "01");
  check_bytes(false, "00");
  check_size<bool>(1);
  auto m = multipart({"\2"});
  CHECK(pop<bool>(m).error() == message_error::bad_bool);
  CHECK(m == multipart({"\2"}));
}

TEST_CASE("an enum travels as its underlying type, values without a name as well") {
  check_bytes(colour::green, "0302");
  check_bytes(static_cast<colour>(0xffff), "ffff");
  check_bytes(flag::on, "01");
  check_bytes(minus_one, "ff");
  check_bytes(plain::seven, "07000000");
  check_bytes(std::byte{0x80}, "80");
  check_size<colour>(2);
  check_size<plain>(4);
  auto m = multipart({"\2"});
  CHECK(pop<flag>(m).error() == message_error::bad_bool);
}

TEST_CASE("text travels as it is and comes back as it was") {
  for (const auto text : {""sv, "plain"sv, "na\xc3\xafve \xe2\x82\xac"sv, "with\0NUL"sv}) {
    message m;
    push(m, text);
    CHECK(m[0].text() == text);
    CHECK(peek<std::string_view>(m) == text);
    CHECK(pop<std::string>(m) == std::string(text));
    CHECK(m.empty());
  }
}

TEST_CASE("text that is not UTF-8 is an error and stays where it is") {
  auto m = multipart({"\xff"});
  CHECK(peek<std::string_view>(m).error() == message_error::bad_utf8);
  CHECK(pop<std::string>(m).error() == message_error::bad_utf8);
  CHECK(m == multipart({"\xff"}));
  CHECK(pop<std::vector<std::byte>>(m).has_value()); // as bytes it is fine
}

TEST_CASE("UTF-8 is what RFC 3629 says, at each of its borders") {
  for (const auto good : {""sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv,
                          "\xed\x9f\xbf"sv, "\xee\x80\x80"sv, "\xef\xbf\xbf"sv,
                          "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv, "a\xc3\xa4z"sv})
    CHECK(is_utf8(good));
  for (const auto bad :
       {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc2"sv, "\xc2 "sv, "\xc2\xc2"sv,
        "\xe0\x9f\xbf"sv, "\xe0\xa0"sv, "\xe1\x80\x7f"sv, "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv,
        "\xf0\x8f\xbf\xbf"sv, "\xf0\x90\x80"sv, "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv,
        "\xfe"sv, "\xff"sv, "ok\xe2\x82"sv})
    CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("bytes travel from any contiguous range and come back as a copy or a view") {
  const std::vector<std::byte> bytes{std::byte{0}, std::byte{0xff}, std::byte{7}};
  message m;
  push(m, bytes);
  push(m, std::array{std::byte{1}});
  push(m, std::span<const std::byte>{});
  CHECK(m == multipart({"", "\1", "\0\xff\7"sv}));
  CHECK(pop<std::vector<std::byte>>(m)->empty());
  const auto view = peek<std::span<const std::byte>>(m);
  REQUIRE(view.has_value());
  CHECK(view->data() == m[0].data());
  m.drop(1);
  CHECK(pop<std::vector<std::byte>>(m) == bytes);
  CHECK(pop<std::vector<std::byte>>(m).error() == message_error::no_frame);
}

TEST_CASE("raw memory is pushed as it lies there and copied back when it has exactly that size") {
  const std::array<char, 3> memory{'a', 'b', 'c'};
  message m;
  push_memory(m, memory.data(), memory.size());
  CHECK(m == multipart({"abc"}));
  std::array<char, 3> same{'?', '?', '?'};
  CHECK(peek_memory(m, std::as_writable_bytes(std::span(same))).has_value());
  CHECK(same == memory);
  std::array<char, 4> other{'?', '?', '?', '?'};
  const auto room = std::as_writable_bytes(std::span(other));
  CHECK(pop_memory(m, room).error() == message_error::wrong_size);
  CHECK(pop_memory(m, room.first(2)).error() == message_error::wrong_size);
  CHECK(std::string(other.data(), 4) == "????");
  CHECK(m.size() == 1);
  CHECK(pop_memory(m, room.first(3)).has_value());
  CHECK(std::string(other.data(), 4) == "abc?");
  CHECK(pop_memory(m, room).error() == message_error::no_frame);
  push_memory(m, nullptr, 0);
  CHECK(pop_empty(m).has_value());
}

TEST_CASE("an empty frame is pushed, seen and popped, and only an empty one is") {
  message m;
  CHECK(peek_empty(m).error() == message_error::no_frame);
  CHECK(pop_empty(m).error() == message_error::no_frame);
  push_empty(m);
  CHECK(m == multipart({""}));
  CHECK(peek_empty(m).has_value());
  CHECK(pop_empty(m).has_value());
  CHECK(m.empty());
  push(m, "x");
  CHECK(peek_empty(m).error() == message_error::wrong_size);
  CHECK(pop_empty(m).error() == message_error::wrong_size);
  CHECK(m.size() == 1);
}

TEST_CASE("T18 values are popped in the reverse order of their pushes") {
  message m;
  push(m, 3);
  push(m, "two");
  push(m, 1.0);
  CHECK(m.size() == 3);
  CHECK(pop<double>(m) == 1.0);
  CHECK(pop<std::string>(m) == "two"s);
  CHECK(pop<std::int32_t>(m) == 3);
}

TEST_CASE("an address is wrapped around a message and unwrapped with its empty frame") {
  auto m = multipart({"body"});
  wrap(m, frame("id"sv));
  CHECK(m == multipart({"id", "", "body"}));
  CHECK(unwrap(m) == frame("id"sv));
  CHECK(m == multipart({"body"}));
}

TEST_CASE("7-34 unwrapping does not put up with a missing empty frame") {
  for (const auto& frames : {multipart({"id"}), multipart({"id", "body"})}) {
    auto m = frames;
    CHECK(unwrap(m).error() == message_error::missing_delimiter);
    CHECK(m == frames);
  }
  auto nobody = multipart({"", "", "body"});
  CHECK(unwrap(nobody).error() == message_error::wrong_size);
  CHECK(nobody.size() == 3);
  message none;
  CHECK(unwrap(none).error() == message_error::no_frame);
}

TEST_CASE("every message error has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < message_error_count; ++i)
    names.insert(to_string(static_cast<message_error>(i)));
  CHECK(names.size() == message_error_count);
  CHECK_FALSE(names.contains("unknown_message_error"));
}
