#include "mdp/defaults.hpp"
#include "mdp/net/frames_io.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/net/zmq_error.hpp"
#include "support/engine_testing.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>
#include <zmq_addon.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::net;
using mdp::test::eventually;

namespace {

constexpr message_bounds wide{1000, 1 << 30};

/// A ROUTER of ours and a DEALER, connected in one process.
struct pair_of_sockets {
  explicit pair_of_sockets(const socket_config& config = {}) {
    REQUIRE_FALSE(configure(router, config));
    REQUIRE_FALSE(configure(dealer, config));
    dealer.set(zmq::sockopt::routing_id, "peer");
    router.bind("inproc://frames_io");
    dealer.connect("inproc://frames_io");
    router.set(zmq::sockopt::rcvtimeo, 10'000);
    dealer.set(zmq::sockopt::rcvtimeo, 10'000);
  }

  /// Makes the ROUTER know the DEALER.
  void greet() {
    dealer.send(zmq::str_buffer("hello"));
    frame who;
    message what;
    REQUIRE(eventually(
      [&] { return receive_from(router, wide, who, what).status == receive_status::received; }));
  }

  zmq::context_t context;
  zmq::socket_t router{context, zmq::socket_type::router};
  zmq::socket_t dealer{context, zmq::socket_type::dealer};
  frame peer{std::string_view("peer")};
};

/// A DEALER of ours and a bare one.
struct pair_of_dealers {
  pair_of_dealers() {
    left.bind("inproc://frames_io");
    right.connect("inproc://frames_io");
  }

  message received() {
    message result;
    REQUIRE(
      eventually([&] { return receive(right, wide, result).status == receive_status::received; }));
    return result;
  }

  zmq::context_t context;
  zmq::socket_t left{context, zmq::socket_type::dealer};
  zmq::socket_t right{context, zmq::socket_type::dealer};
};

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

/// An owner that tells when its last reference is gone.
class watched_owner final : public frame_owner {
public:
  watched_owner(std::string text, std::atomic<bool>& is_gone)
      : text_(std::move(text)), is_gone_(is_gone) {}
  ~watched_owner() override { is_gone_ = true; }
  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(text_)); }

private:
  std::string text_;
  std::atomic<bool>& is_gone_;
};

} // namespace

TEST_CASE("frames of every size pass unchanged, the boundaries of copying included") {
  pair_of_dealers sockets;
  message sent;
  for (const std::size_t size : {0, 1, 33, 34, 64, 65, 511, 512, 513, 8191, 8192, 8193, 100'000})
    sent.append(frame(pattern(size)));
  REQUIRE(send(sockets.left, sent) == send_status::sent);
  const auto first = sockets.received();
  CHECK(first == sent);
  // Once more, now from frames that refer to libzmq's memory.
  REQUIRE(send(sockets.left, first) == send_status::sent);
  CHECK(sockets.received() == sent);
  CHECK(first == sent);
}

TEST_CASE("nothing to receive is said at once") {
  pair_of_sockets sockets;
  frame who;
  message what{frame(std::string_view("old"))};
  CHECK(receive_from(sockets.router, wide, who, what).status == receive_status::nothing);
  CHECK(what.empty());
  CHECK(receive(sockets.dealer, wide, what).status == receive_status::nothing);
}

TEST_CASE("a ROUTER's message comes with who sent it and how large it is") {
  pair_of_sockets sockets;
  const std::array<zmq::const_buffer, 2> parts{zmq::str_buffer("one"), zmq::str_buffer("three")};
  REQUIRE(zmq::send_multipart(sockets.dealer, parts));
  frame who;
  message what;
  receive_result result;
  REQUIRE(eventually([&] {
    result = receive_from(sockets.router, wide, who, what);
    return result.status == receive_status::received;
  }));
  CHECK(who == sockets.peer);
  CHECK(result.bytes == 8);
  CHECK(what.size() == 2);
  CHECK(what[1] == "three");
}

TEST_CASE("T23: small frames are copied, larger ones say what they may pin") {
  pair_of_dealers sockets;
  const std::size_t large = 100'000;
  REQUIRE(send(sockets.left, message{frame(pattern(defaults::copy_frames_up_to)),
                                     frame(pattern(defaults::copy_frames_up_to + 1)),
                                     frame(pattern(large))}) == send_status::sent);
  const auto got = sockets.received();
  CHECK(got[0].footprint() == sizeof(frame) + defaults::copy_frames_up_to);
  CHECK(got[1].footprint() == sizeof(frame) + defaults::receive_buffer_bytes);
  CHECK(got[2].footprint() == sizeof(frame) + large);
}

TEST_CASE("Z12 a large frame is not copied on its way, and let go when it has been sent") {
  std::atomic<bool> is_gone = false;
  pair_of_dealers sockets;
  {
    auto* owner = new watched_owner(pattern(10'000), is_gone);
    const auto* bytes = owner->bytes().data();
    message sent{frame::adopt(owner->bytes(), 10'000, owner)};
    REQUIRE(send(sockets.left, sent) == send_status::sent);
    sent = {};
    CHECK_FALSE(is_gone);
    auto got = sockets.received();
    CHECK(got[0].data() == bytes); // inproc: the very same memory
    CHECK(got[0] == pattern(10'000));
    // And back, as one more reference to it.
    REQUIRE(send(sockets.left, got) == send_status::sent);
    CHECK(sockets.received()[0].data() == bytes);
    CHECK_FALSE(is_gone);
  }
  CHECK(eventually([&] { return is_gone.load(); }));
}

TEST_CASE("T21 large frames are on their peer's account until libzmq has let go of them") {
  const auto total = std::make_shared<std::atomic<std::size_t>>(0U);
  const auto account = std::make_shared<transit_account>(total);
  const auto large = defaults::transit_counted_from + 1;
  pair_of_sockets sockets;
  sockets.greet();
  const message sent{frame(pattern(large)), frame(pattern(defaults::transit_counted_from)),
                     frame(pattern(10))};
  for (int i = 0; i < 3; ++i)
    REQUIRE(send_to(sockets.router, sockets.peer, sent, account) == send_status::sent);
  CHECK(account->bytes() == 3 * large);
  CHECK(account->total() == 3 * large);
  for (int i = 0; i < 3; ++i) {
    message got;
    REQUIRE(eventually(
      [&] { return receive(sockets.dealer, wide, got).status == receive_status::received; }));
    CHECK(got == sent);
  }
  CHECK(eventually([&] { return account->bytes() == 0; }));
  CHECK(*total == 0);
  const frame nobody(std::string_view("nobody"));
  CHECK(send_to(sockets.router, nobody, sent, account) == send_status::unreachable);
  CHECK(account->bytes() == 0);
}

TEST_CASE("a frame that is a piece of its owner's bytes is sent as that piece") {
  pair_of_dealers sockets;
  REQUIRE(send(sockets.left, message{frame(pattern(20'000))}) == send_status::sent);
  const auto whole = sockets.received();
  auto* owner = whole[0].owner();
  REQUIRE(owner != nullptr);
  owner->retain();
  const auto piece = frame::adopt(whole[0].bytes().subspan(5000, 10'000), 20'000, owner);
  REQUIRE(send(sockets.left, message{piece}) == send_status::sent);
  CHECK(sockets.received()[0] == pattern(20'000).substr(5000, 10'000));
}

TEST_CASE("T8: a multipart over a bound is read to its end and dropped, the next one is whole") {
  pair_of_sockets sockets;
  const auto post = [&](std::size_t frames, const std::string& body) {
    message what;
    for (std::size_t i = 0; i < frames; ++i)
      what.append(frame(body));
    REQUIRE(send(sockets.dealer, what) == send_status::sent);
  };
  post(5, "x");                    // one frame too many
  post(2, std::string(600, 'x'));  // bytes too many, seen at the last frame
  post(3, std::string(1001, 'x')); // seen at the first
  post(4, std::string(250, 'x'));  // both bounds met exactly
  constexpr message_bounds narrow{4, 1000};
  const auto next = [&](frame& who, message& what) {
    receive_result result;
    REQUIRE(eventually([&] {
      result = receive_from(sockets.router, narrow, who, what);
      return result.status != receive_status::nothing;
    }));
    return result;
  };
  frame who;
  message what;
  auto result = next(who, what);
  CHECK(result.status == receive_status::too_many_frames);
  CHECK(result.bytes == 5);
  CHECK(who == sockets.peer);
  CHECK(what.empty());
  result = next(who, what);
  CHECK(result.status == receive_status::too_many_bytes);
  CHECK(result.bytes == 1200);
  result = next(who, what);
  CHECK(result.status == receive_status::too_many_bytes);
  CHECK(result.bytes == 3003);
  CHECK(next(who, what).status == receive_status::received);
  CHECK(what.size() == 4);
}

TEST_CASE("T14 G8 a ROUTER's send to somebody unknown or gone is unreachable") {
  pair_of_sockets sockets;
  const message hello{frame(std::string_view("hello")), frame(pattern(10'000))};
  CHECK(send_to(sockets.router, frame(std::string_view("nobody")), hello) ==
        send_status::unreachable);
  sockets.greet();
  CHECK(send_to(sockets.router, sockets.peer, hello) == send_status::sent);
  sockets.dealer.close();
  CHECK(eventually(
    [&] { return send_to(sockets.router, sockets.peer, hello) == send_status::unreachable; }));
}

TEST_CASE(
  "T14: a peer without room would block, nothing of the message is taken, and room comes back") {
  socket_config config;
  config.send_high_water_mark = 2;
  config.receive_high_water_mark = 2;
  pair_of_sockets sockets(config);
  sockets.greet();
  int sent = 0;
  const auto body = [&] { return message{frame(std::to_string(sent)), frame(pattern(10'000))}; };
  while (send_to(sockets.router, sockets.peer, body()) == send_status::sent)
    REQUIRE(++sent < 1000);
  CHECK(sent > 0);
  CHECK(send_to(sockets.router, sockets.peer, body()) == send_status::would_block);
  for (int i = 0; i < sent; ++i) {
    message what;
    REQUIRE(eventually(
      [&] { return receive(sockets.dealer, wide, what).status == receive_status::received; }));
    CHECK(what[0].text() == std::to_string(i));
    CHECK(what.size() == 2);
  }
  CHECK(
    eventually([&] { return send_to(sockets.router, sockets.peer, body()) == send_status::sent; }));
}

TEST_CASE("a DEALER without a peer would block") {
  zmq::context_t context;
  zmq::socket_t dealer(context, zmq::socket_type::dealer);
  CHECK(send(dealer, message{frame(std::string_view("hello"))}) == send_status::would_block);
}

TEST_CASE(
  "a DEALER that loses its peer in the middle of a message says so and is at a border again") {
  // The message is long enough for the peer's end to arrive between two of its frames.
  message long_message;
  for (int i = 0; i < 50'000; ++i)
    long_message.append(frame(std::string_view("x")));
  bool was_seen = false;
  for (int tries = 0; tries < 200 && !was_seen; ++tries) {
    zmq::context_t context;
    zmq::socket_t dealer(context, zmq::socket_type::dealer);
    zmq::socket_t first(context, zmq::socket_type::dealer);
    dealer.bind("inproc://rollback");
    first.connect("inproc://rollback");
    REQUIRE(send(dealer, message{frame(std::string_view("hello"))}) == send_status::sent);
    first.close();
    was_seen = send(dealer, long_message) == send_status::unreachable;
    if (!was_seen)
      continue; // the message was faster

    zmq::socket_t second(context, zmq::socket_type::dealer);
    second.connect("inproc://rollback");
    const message next{frame(std::string_view("begin")), frame(std::string_view("end"))};
    REQUIRE(eventually([&] { return send(dealer, next) == send_status::sent; }));
    message got;
    REQUIRE(
      eventually([&] { return receive(second, wide, got).status == receive_status::received; }));
    CHECK(got == next);
  }
  CHECK(was_seen);
}

TEST_CASE("the end of the context is told from everything else") {
  pair_of_sockets sockets;
  sockets.greet();
  sockets.context.shutdown();
  frame who;
  message what{frame(std::string_view("hello"))};
  // A send looks for such news once in a while only.
  CHECK(eventually(
    [&] { return send_to(sockets.router, sockets.peer, what) == send_status::terminated; }));
  CHECK(eventually([&] { return send(sockets.dealer, what) == send_status::terminated; }));
  CHECK(receive_from(sockets.router, wide, who, what).status == receive_status::terminated);
  CHECK(receive(sockets.dealer, wide, what).status == receive_status::terminated);
}

TEST_CASE("M9 what libzmq does not take as an option is an error, an unlimited queue included") {
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::router);
  CHECK_FALSE(configure(socket, {}));
  CHECK(socket.get(zmq::sockopt::linger) == 0);
  CHECK(socket.get(zmq::sockopt::sndhwm) == defaults::high_water_mark);
  CHECK(socket.get(zmq::sockopt::zap_domain) == std::string(zap_domain));
  socket_config config;
  config.send_high_water_mark = 0;
  CHECK(configure(socket, config) == std::errc::invalid_argument);
}

TEST_CASE("RFC 27 a guarded listener lets nobody in while there is no handler") {
  for (const bool is_guarded : {true, false}) {
    CAPTURE(is_guarded);
    zmq::context_t context;
    zmq::socket_t router(context, zmq::socket_type::router);
    socket_config config;
    config.is_guarded = is_guarded;
    REQUIRE_FALSE(configure(router, config));
    REQUIRE(zmq_socket_monitor(router.handle(), "inproc://door",
                               ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) == 0);
    zmq::socket_t monitor(context, zmq::socket_type::pair);
    monitor.connect("inproc://door");
    router.bind("tcp://127.0.0.1:*");
    zmq::socket_t dealer(context, zmq::socket_type::dealer);
    dealer.set(zmq::sockopt::linger, 0);
    dealer.connect(router.get(zmq::sockopt::last_endpoint));
    zmq::message_t event;
    REQUIRE(monitor.recv(event));
    std::uint16_t what = 0;
    std::memcpy(&what, event.data(), sizeof what);
    CHECK(what ==
          (is_guarded ? ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL : ZMQ_EVENT_HANDSHAKE_SUCCEEDED));
  }
}

TEST_CASE("libzmq's errors compare with the standard's and speak in libzmq's words") {
  CHECK(zmq_error(EADDRINUSE) == std::errc::address_in_use);
  CHECK(zmq_error(EADDRINUSE).message() == zmq_strerror(EADDRINUSE));
  CHECK(zmq_error(ETERM) != std::errc::operation_canceled);
  CHECK(zmq_error(ETERM).message() == zmq_strerror(ETERM));
  CHECK(zmq_error(ETERM).category().name() == std::string("zmq"));
}

TEST_CASE("a message without a frame is a bug of ours to send") {
  pair_of_dealers dealers;
  CHECK(mdp::testing::aborts([&] { static_cast<void>(send(dealers.left, {})); }));
  pair_of_sockets sockets;
  CHECK(
    mdp::testing::aborts([&] { static_cast<void>(send_to(sockets.router, sockets.peer, {})); }));
}
