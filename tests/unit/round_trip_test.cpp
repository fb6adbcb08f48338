#include "mdp/wire/decode.hpp"
#include "mdp/wire/encode.hpp"
#include "support/golden.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>

// Properties of the codec over many random commands and many spoilt multiparts. Everything comes
// from the seed that a failure prints.

using namespace mdp;
using namespace mdp::test;
using namespace mdp::wire;

namespace {

class random_source {
public:
  explicit random_source(std::uint64_t seed) : engine_(seed) {}

  /// From 0 to `last`. By hand, as the standard distributions differ between libraries.
  std::size_t up_to(std::size_t last) { return engine_() % (last + 1); }

  bool coin() { return up_to(1) == 1; }

  std::string bytes(std::size_t shortest, std::size_t longest) {
    std::string result(shortest + up_to(longest - shortest), '\0');
    for (auto& c : result)
      c = static_cast<char>(up_to(255));
    return result;
  }

  std::string service() {
    std::string result(1 + up_to(up_to(9) == 0 ? 254 : 20), '\0');
    for (auto& c : result)
      c = static_cast<char>('!' + up_to('~' - '!'));
    return result;
  }

  frame address() { return frame(bytes(1, 255)); }

  message body() {
    message result;
    for (auto count = 1 + up_to(4); count > 0; --count)
      result.append(frame(bytes(0, up_to(9) == 0 ? 2000 : 70)));
    return result;
  }

  /// A path in the one form that decoding gives it.
  return_path path(protocol_version version) {
    return_path result;
    if (up_to(3) == 0)
      for (auto count = 1 + up_to(7); count > 0; --count)
        result.address.push_back(address());
    result.delimited = version == protocol_version::v0_1 || !result.address.empty() || coin();
    return result;
  }

private:
  std::mt19937_64 engine_;
};

limits generous() {
  limits bounds;
  bounds.accept_delimited_v2 = true;
  return bounds;
}

wire::from_worker random_from_worker(random_source& random, protocol_version version) {
  switch (random.up_to(version == protocol_version::v0_1 ? 3 : 4)) {
  case 0: {
    const auto announced = random.coin();
    const auto capacity = announced ? static_cast<std::uint32_t>(1 + random.up_to(65535)) : 1;
    worker_ready ready{random.service(), capacity, announced};
    if (random.coin())
      ready.load = static_cast<std::uint32_t>(random.up_to(1'000'000));
    return ready;
  }
  case 1:
    return random.coin() ? heartbeat{}
                         : heartbeat{.load = static_cast<std::uint32_t>(random.up_to(1'000'000))};
  case 2:
    return disconnect{};
  case 3:
    return worker_final{random.address(), random.body()};
  default:
    return worker_partial{random.address(), random.body()};
  }
}

to_worker random_to_worker(random_source& random) {
  switch (random.up_to(2)) {
  case 0:
    return heartbeat{.asks_load = random.coin()};
  case 1:
    return disconnect{};
  default:
    return worker_request{random.address(), random.body()};
  }
}

to_client random_to_client(random_source& random, protocol_version version) {
  if (version == protocol_version::v0_2 && random.coin())
    return client_partial{random.path(version), random.service(), random.body()};
  return client_final{random.path(version), random.service(), random.body()};
}

/// Changes one thing somewhere in `frames`.
message spoil(const message& frames, random_source& random) {
  std::vector<frame> result(frames.begin(), frames.end());
  const auto at = random.up_to(result.size() - 1);
  const auto position = result.begin() + static_cast<std::ptrdiff_t>(at);
  auto text = std::string(result[at].text());
  switch (random.up_to(6)) {
  case 0:
    result.erase(position);
    break;
  case 1:
    result.insert(position, frame{});
    break;
  case 2:
    result.insert(position, result[at]);
    break;
  case 3:
    std::swap(result[at], result[random.up_to(result.size() - 1)]);
    break;
  case 4:
    result[at] = frame(random.bytes(0, 8));
    break;
  case 5:
    result[at] = frame(std::string_view(text).substr(0, random.up_to(text.size())));
    break;
  default:
    if (!text.empty())
      text[random.up_to(text.size() - 1)] ^= static_cast<char>(1U << random.up_to(7));
    result[at] = frame(text);
  }
  return message(std::move(result));
}

} // namespace

TEST_CASE("whatever is encoded is decoded to the same command") {
  const auto bounds = generous();
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    const auto version = random.coin() ? protocol_version::v0_2 : protocol_version::v0_1;

    const wire::from_client request{random.path(version), random.service(), random.body()};
    CHECK(decode_at_broker(encode(request, version), bounds) == broker_input{version, request});

    const auto said = random_from_worker(random, version);
    CHECK(decode_at_broker(encode(said, version), bounds) == broker_input{version, said});

    const auto order = random_to_worker(random);
    CHECK(decode_at_worker(encode(order, version), version, bounds) == order);

    const auto answer = random_to_client(random, version);
    CHECK(decode_at_client(encode(answer, version), version, bounds) == answer);
  }
}

TEST_CASE(
  "whatever is decoded is encoded to the very same bytes, so nothing is accepted by halves") {
  const auto rows = golden_vectors();
  const auto bounds = generous();
  std::size_t accepted = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    CAPTURE(seed);
    random_source random(seed);
    const auto& row = rows[random.up_to(rows.size() - 1)];
    auto frames = spoil(row.frames(), random);
    while (!frames.empty() && random.coin())
      frames = spoil(frames, random);
    CAPTURE(readable(frames));

    if (const auto input = decode_at_broker(frames, bounds)) {
      ++accepted;
      CHECK(std::visit([&](const auto& command) { return encode(command, input->version); },
                       input->command) == frames);
    }
    for (const auto version : {protocol_version::v0_1, protocol_version::v0_2}) {
      if (const auto order = decode_at_worker(frames, version, bounds))
        CHECK(encode(*order, version) == frames);
      if (const auto answer = decode_at_client(frames, version, bounds))
        CHECK(encode(*answer, version) == frames);
    }
  }
  CHECK(accepted > 1000); // or the spoiling is too thorough to prove anything
  CHECK(accepted < 15'000);
}
