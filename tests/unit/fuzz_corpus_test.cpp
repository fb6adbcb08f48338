#include "support/frame_stream.hpp"
#include "support/golden.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// The seeds of tests/fuzz/decode_fuzz.cpp are the golden vectors. This file writes them (see
// tests/fuzz/README.md) and sees that they keep up.

using namespace mdp;
using namespace mdp::test;

namespace {

std::filesystem::path corpus() {
  return std::filesystem::path(MDP_TESTS_DIR) / "fuzz/corpus/decode_fuzz";
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

message split(const std::string& stream) {
  const std::vector<std::uint8_t> bytes(stream.begin(), stream.end());
  return split_frames(bytes);
}

} // namespace

TEST_CASE("a multipart survives the fuzzer's format, whatever its frames' sizes") {
  for (const std::size_t size : {0, 1, 253, 254, 255, 256, 65535}) {
    CAPTURE(size);
    const auto frames = multipart({"", std::string(size, 'x'), "y", ""});
    CHECK(split(join_frames(frames)) == frames);
  }
  CHECK(split("").empty());
}

TEST_CASE("every string of bytes is a multipart in the fuzzer's format") {
  CHECK(split("\5abc") == multipart({"abc"}));
  CHECK(split("\xff") == multipart({""}));
  CHECK(split("\xff\1") == multipart({"\1"}));
  CHECK(split(std::string("\xff\2\0abc", 6)) == multipart({"ab", ""}));
}

TEST_CASE("the fuzzer's corpus has a seed for every golden vector") {
  if (std::getenv("MDP_WRITE_CORPUS") != nullptr) {
    std::filesystem::create_directories(corpus());
    for (const auto& row : golden_vectors())
      std::ofstream(corpus() / row.name, std::ios::binary) << join_frames(row.frames());
  }
  for (const auto& row : golden_vectors()) {
    CAPTURE(std::string(row.name));
    const bool up_to_date = content_of(corpus() / row.name) == join_frames(row.frames());
    CHECK(up_to_date);
  }
}
