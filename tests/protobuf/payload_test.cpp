#include "mdp/protobuf/payload.hpp"
#include "protobuf/strict.pb.h"
#include "protobuf/testing.pb.h"
#include "support/multipart.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace mdp;
using namespace mdp::test;
using testing::Note;
using testing::Strict;

namespace {

Note note(const std::string& text) {
  Note result;
  result.set_text(text);
  return result;
}

} // namespace

TEST_CASE("a protocol buffer is pushed, seen and popped, in protobuf's own bytes") {
  auto m = multipart({"below"});
  REQUIRE(push(m, note("hi")).has_value());
  CHECK(m == multipart({"\x0a\x02hi", "below"}));
  CHECK(peek<Note>(m)->text() == "hi");
  CHECK(m.size() == 2);
  CHECK(pop<Note>(m)->text() == "hi");
  CHECK(m == multipart({"below"}));
}

TEST_CASE("it stands among values of other kinds") {
  message m;
  push(m, std::uint32_t{7});
  REQUIRE(push(m, note("x")).has_value());
  push(m, "name");
  CHECK(pop<std::string>(m) == std::string("name"));
  CHECK(pop<Note>(m)->text() == "x");
  CHECK(pop<std::uint32_t>(m) == 7U);
  CHECK(pop<Note>(m).error() == message_error::no_frame);
}

TEST_CASE("any message of the lite interface is read into what the caller has") {
  message m;
  REQUIRE(push(m, note("a")).has_value());
  Note kept = note("old");
  google::protobuf::MessageLite& any = kept;
  CHECK(peek_into(m, any).has_value());
  CHECK(kept.text() == "a");
  CHECK(pop_into(m, any).has_value());
  CHECK(m.empty());
  CHECK(pop_into(m, any).error() == message_error::no_frame);
  CHECK(kept.text().empty());
}

TEST_CASE("an empty protocol buffer is an empty frame, and a large one is not copied twice") {
  message m;
  REQUIRE(push(m, Note()).has_value());
  CHECK(m == multipart({""}));
  CHECK(pop<Note>(m).has_value());
  const auto large = note(std::string(100'000, 'x'));
  const auto f = frame_of(large);
  REQUIRE(f.has_value());
  CHECK(f->footprint() == sizeof(frame) + large.ByteSizeLong());
}

TEST_CASE("what is no such message is an error and stays where it is") {
  for (const auto& bytes :
       {std::string("\x0a"), std::string("\xff\xff\xff"), std::string("\x0a\x02x"),
        std::string("\x0a\x01\xff"), std::string("not one")}) {
    auto m = multipart({bytes, "below"});
    const auto before = m;
    CHECK(peek<Note>(m).error() == message_error::bad_protobuf);
    CHECK(pop<Note>(m).error() == message_error::bad_protobuf);
    Note into = note("old");
    CHECK(pop_into(m, into).error() == message_error::bad_protobuf);
    CHECK(into.text().empty());
    CHECK(m == before);
  }
}

TEST_CASE("fields that must be there are missed on both sides") {
  message m;
  CHECK(push(m, Strict()).error() == message_error::bad_protobuf);
  CHECK(m.empty());
  m = multipart({""});
  CHECK(pop<Strict>(m).error() == message_error::bad_protobuf);
  CHECK(m.size() == 1);
  Strict whole;
  whole.set_number(3);
  REQUIRE(push(m, whole).has_value());
  CHECK(pop<Strict>(m)->number() == 3);
}

TEST_CASE("T8 what is larger than the limit is refused on both sides") {
  message m;
  const auto exact = note(std::string(10, 'x')); // 12 bytes
  CHECK(push(m, exact, 11).error() == message_error::too_large);
  CHECK(m.empty());
  REQUIRE(push(m, exact, 12).has_value());
  CHECK(peek<Note>(m, 11).error() == message_error::too_large);
  CHECK(pop<Note>(m, 11).error() == message_error::too_large);
  CHECK(m.size() == 1);
  CHECK(pop<Note>(m, 12).has_value());
}

TEST_CASE("T8 nesting without end is refused instead of exhausting the stack") {
  // Field 3 around field 3 around ...: each level is two bytes and a length that fits.
  std::string bytes;
  for (int i = 0; i < 60; ++i)
    bytes = "\x1a" + std::string(1, static_cast<char>(bytes.size())) + bytes;
  Note deep;
  CHECK(parse(frame(bytes), deep).has_value());
  for (int i = 0; i < 200; ++i) {
    std::string length;
    for (auto left = bytes.size(); left > 0 || length.empty(); left >>= 7U)
      length.push_back(static_cast<char>((left & 0x7fU) | (left > 0x7fU ? 0x80U : 0U)));
    bytes = "\x1a" + length + bytes;
  }
  CHECK(parse(frame(bytes), deep).error() == message_error::bad_protobuf);
}
