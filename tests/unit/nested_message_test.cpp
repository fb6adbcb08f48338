#include "mdp/defaults.hpp"
#include "mdp/nested_message.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdp;
using namespace mdp::test;
using namespace std::literals;

TEST_CASE("a message in a frame is each inner frame's size, little-endian, and its bytes") {
  const auto inner = multipart({"ab", "", "\0"sv});
  const auto f = frame_of(inner);
  REQUIRE(f.has_value());
  CHECK(f->hex() == "020000006162"
                    "00000000"
                    "0100000000");
  CHECK(nested_in(*f) == inner);
  CHECK(frame_of(message{})->empty());
  CHECK(nested_in(frame{})->empty());
}

TEST_CASE("messages are nested in messages, to any depth, and come out as they went in") {
  auto innermost = multipart({"letter"});
  auto inner = multipart({"envelope"});
  REQUIRE(push(inner, innermost).has_value());
  auto outer = multipart({"below"});
  REQUIRE(push(outer, inner).has_value());
  CHECK(outer.size() == 2);
  CHECK(peek<message>(outer) == inner);
  CHECK(outer.size() == 2);
  auto out = pop<message>(outer);
  REQUIRE(out.has_value());
  CHECK(outer == multipart({"below"}));
  CHECK(pop<message>(*out) == innermost);
  CHECK(*out == multipart({"envelope"}));
}

TEST_CASE("large inner frames share the bytes of the outer one") {
  message outer;
  REQUIRE(push(outer, multipart({std::string(1000, 'x'), "small"})).has_value());
  const frame whole = outer[0];
  const auto inner = pop<message>(outer);
  REQUIRE(inner.has_value());
  CHECK((*inner)[0].data() == whole.data() + 4);
  CHECK((*inner)[1].owner() == nullptr);
}

TEST_CASE("a frame that does not end where its last inner frame does is an error and stays") {
  for (const auto bytes : {"\1"sv, "\0\0\0"sv, "\1\0\0\0"sv, "\2\0\0\0x"sv, "\0\0\0\0\0"sv,
                           "\1\0\0\0x\xff\xff\xff\xff"sv, "\xff\xff\xff\xffx"sv}) {
    auto m = multipart({bytes, "below"});
    const auto before = m;
    CHECK(peek<message>(m).error() == message_error::bad_nesting);
    CHECK(pop<message>(m).error() == message_error::bad_nesting);
    CHECK(m == before);
  }
  message none;
  CHECK(pop<message>(none).error() == message_error::no_frame);
}

TEST_CASE("T8 a frame of a million empty inner frames is refused, and so is making one") {
  const std::string most(4 * defaults::max_nested_frames, '\0');
  auto m = multipart({most});
  CHECK(pop<message>(m)->size() == defaults::max_nested_frames);
  m = multipart({most + "\0\0\0\0"s});
  CHECK(pop<message>(m).error() == message_error::too_large);
  CHECK(m.size() == 1);
  message many;
  for (std::size_t i = 0; i <= defaults::max_nested_frames; ++i)
    many.append(frame{});
  message outer;
  CHECK(push(outer, many).error() == message_error::too_large);
  CHECK(outer.empty());
}
