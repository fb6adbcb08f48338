#include "mdp/defaults.hpp"
#include "mdp/message.hpp"
#include "mdp/net/zmq_frame.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>

#include <string>

using namespace mdp;
using namespace mdp::net;

namespace {

/// Sends a frame of `size` bytes through `hops` brokers, as far as our side of it goes: out of
/// libzmq's message into a frame, through a message that is copied, wrapped and unwrapped, and into
/// libzmq's next message. Counts how often its bytes came to lie elsewhere.
std::size_t copies_on_the_way(std::size_t size, std::size_t hops) {
  const std::string content(size, 'c');
  zmq::message_t part(content);
  std::size_t copies = 0;
  for (std::size_t hop = 0; hop < hops; ++hop) {
    const void* received_at = part.data();
    message received{take_frame(*part.handle(), part.size())};
    message kept = received; // a broker keeps a request until it is answered
    kept.push(frame("header"));
    kept.drop(1);
    const auto body = *kept.pop();
    copies += body.data() != received_at ? 1U : 0U;
    zmq_msg_t next;
    fill_part(next, body);
    copies += zmq_msg_data(&next) != static_cast<const void*>(body.data()) ? 1U : 0U;
    zmq_msg_move(part.handle(), &next);
    zmq_msg_close(&next);
  }
  CHECK(part.to_string() == content);
  return copies;
}

} // namespace

TEST_CASE("a large frame is not copied once on its way through ten brokers") {
  CHECK(copies_on_the_way(defaults::copy_frames_up_to + 1, 10) == 0);
  CHECK(copies_on_the_way(1'000'000, 10) == 0);
}

TEST_CASE("T23 a small frame is copied out of libzmq's buffer, and into its message") {
  CHECK(copies_on_the_way(defaults::copy_frames_up_to, 10) == 20);
}

TEST_CASE("a large frame that was made here is given to libzmq as it is") {
  const frame f(std::string(1000, 'x'));
  zmq_msg_t part;
  fill_part(part, f);
  CHECK(zmq_msg_data(&part) == static_cast<const void*>(f.data()));
  CHECK(zmq_msg_size(&part) == f.size());
  zmq_msg_close(&part);
}
