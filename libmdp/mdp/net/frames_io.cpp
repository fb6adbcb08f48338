#include "mdp/net/frames_io.hpp"

#include "mdp/assert.hpp"
#include "mdp/net/zmq_frame.hpp"

#include <cerrno>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace mdp::net {

namespace {

/// Frames of the usual message, so that it is one allocation: `MDPW01`, a command, an address, two
/// delimiters and a body of one frame are six.
constexpr std::size_t usual_frames = 6;

/// What frames took on the wire: each has a flag and its length, in one byte or in eight (ZMTP 3.0,
/// 37/ZMTP "framing").
struct wire_meter {
  std::size_t wrapping = 0; // of each frame, by the mechanism
  std::uint64_t bytes = 0;

  void add(std::size_t frame) noexcept {
    constexpr std::size_t longest_short = 255;
    constexpr std::size_t short_header = 2;
    constexpr std::size_t long_header = 9;
    const auto body = frame + wrapping;
    bytes += body + (body > longest_short ? long_header : short_header);
  }
};

enum class part_status : std::uint8_t { received, nothing, terminated };

struct part_result {
  part_status status = part_status::nothing;
  std::size_t size = 0; // of what was received
};

part_result receive_part(zmq::socket_ref socket, zmq_msg_t& part) {
  for (;;) {
    const int size = zmq_msg_recv(&part, socket.handle(), ZMQ_DONTWAIT);
    if (size == std::numeric_limits<int>::max()) // or more
      return {part_status::received, zmq_msg_size(&part)};
    if (size >= 0)
      return {part_status::received, static_cast<std::size_t>(size)};
    switch (zmq_errno()) {
    case EINTR:
      continue;
    case EAGAIN:
      return {part_status::nothing};
    case ETERM:
      return {part_status::terminated};
    default:
      throw zmq::error_t();
    }
  }
}

/// Reads the frames that follow `more` and drops them.
part_status drop_rest(zmq::socket_ref socket, zmq_msg_t& part, bool more, std::size_t& bytes,
                      wire_meter& meter) {
  while (more) {
    const auto [status, size] = receive_part(socket, part);
    if (status != part_status::received)
      return status;
    bytes += size;
    meter.add(size);
    more = zmq_msg_more(&part) != 0;
  }
  return part_status::received;
}

/// Where a message from a peer is to be written down, and what of it.
struct peer_message {
  const frame& routing_id;
  message_origin& origin;
  const origin_terms& terms;
};

/// What libzmq knows of the way of a peer's own frame. A routing id that it has read ahead, as a poll
/// makes it do, shows nothing.
void read_origin(zmq_msg_t& part, const peer_message& from) {
  from.origin.connection = from.terms.memo != nullptr
                             ? from.terms.memo->connection_of(from.routing_id, part)
                             : zmq_msg_get(&part, ZMQ_SRCFD);
  if (!from.terms.with_user)
    return;
  const char* const user = zmq_msg_gets(&part, "User-Id");
  from.origin.user = user != nullptr ? frame(std::string_view(user)) : frame();
}

/// Receives frames up to the last. libzmq hands out whole messages only, so `nothing` can be the
/// answer for the first frame alone.
receive_result receive_frames(zmq::socket_ref socket, const message_bounds& bounds, zmq_msg_t& part,
                              message& into, wire_meter& meter,
                              const peer_message* from = nullptr) {
  receive_result result;
  bool more = true;
  for (std::size_t count = 1; more; ++count) {
    const auto [status, size] = receive_part(socket, part);
    if (status != part_status::received) {
      into = {};
      result.status =
        status == part_status::terminated ? receive_status::terminated : receive_status::nothing;
      return result;
    }
    more = zmq_msg_more(&part) != 0; // taking the frame may leave an empty message
    if (count == 1) {
      if (from != nullptr)
        read_origin(part, *from);
      into.reserve(usual_frames);
    }
    take_frame(part, size, into);
    result.bytes += size;
    meter.add(size);
    if (count > bounds.max_frames || result.bytes > bounds.max_bytes) {
      into = {};
      const auto end = drop_rest(socket, part, more, result.bytes, meter);
      result.status = end == part_status::terminated ? receive_status::terminated
                      : count > bounds.max_frames    ? receive_status::too_many_frames
                                                     : receive_status::too_many_bytes;
      return result;
    }
  }
  result.status = receive_status::received;
  return result;
}

/// Sends one frame. Nothing when it was sent, errno when it was not; then `f` was not taken.
std::optional<int> send_part(zmq::socket_ref socket, const frame& f, bool more,
                             const transit& account) {
  zmq_msg_t part;
  fill_part(part, f, account);
  const int flags = more ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT;
  while (zmq_msg_send(&part, socket.handle(), flags) < 0) {
    if (const int error = zmq_errno(); error != EINTR) {
      zmq_msg_close(&part);
      return error;
    }
  }
  return std::nullopt;
}

send_status status_of(int error) noexcept {
  switch (error) {
  case EAGAIN:
    return send_status::would_block;
  case EHOSTUNREACH:
    return send_status::unreachable;
  case ETERM:
    return send_status::terminated;
  default:
    return send_status::failed;
  }
}

/// Sends the frames behind the first one. An error no longer takes the message back, so all frames
/// are said to the end, or the next message would begin in the middle of this one. Nothing when all
/// were taken, otherwise the first error.
std::optional<int> send_rest(zmq::socket_ref socket, std::span<const frame> rest,
                             const transit& account) {
  std::optional<int> first_error;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto error = send_part(socket, rest[i], i + 1 < rest.size(), account);
    if (error == ETERM)
      return error;
    if (error && !first_error)
      first_error = error;
  }
  return first_error;
}

} // namespace

receive_result receive(zmq::socket_ref socket, const message_bounds& bounds, message& into) {
  into = {};
  zmq::message_t part;
  wire_meter unread;
  return receive_frames(socket, bounds, *part.handle(), into, unread);
}

receive_result receive_from(zmq::socket_ref socket, const message_bounds& bounds, frame& routing_id,
                            message& into, message_origin* origin, const origin_terms& terms) {
  into = {};
  if (origin != nullptr) {
    origin->connection = -1;
    origin->user.clear();
    origin->wire_bytes = 0;
  }
  zmq::message_t part;
  const auto [status, size] = receive_part(socket, *part.handle());
  switch (status) {
  case part_status::nothing:
    return {receive_status::nothing};
  case part_status::terminated:
    return {receive_status::terminated};
  case part_status::received:
    break;
  }
  const bool more = part.more();
  routing_id = take_frame(*part.handle(), size);
  if (!more) // cannot come from a peer: libzmq puts the routing id in front of at least one frame
    return {receive_status::received};
  wire_meter meter{terms.wrapping};
  if (origin == nullptr)
    return receive_frames(socket, bounds, *part.handle(), into, meter);
  const peer_message from{routing_id, *origin, terms};
  const auto result = receive_frames(socket, bounds, *part.handle(), into, meter, &from);
  origin->wire_bytes = meter.bytes;
  return result;
}

send_status send(zmq::socket_ref socket, const message& frames) {
  const auto parts = frames.frames();
  MDP_ASSERT(!parts.empty());
  if (const auto error = send_part(socket, parts.front(), parts.size() > 1, {}))
    return status_of(*error);
  const auto error = send_rest(socket, parts.subspan(1), {});
  if (!error)
    return send_status::sent;
  // Behind the first frame EAGAIN does not mean "full", which is judged at the first: the
  // connection went, libzmq has rolled back what it had and now drops frames up to the end of the
  // message.
  return *error == EAGAIN ? send_status::unreachable : status_of(*error);
}

send_status send_to(zmq::socket_ref socket, const frame& routing_id, const message& frames,
                    const transit& account) {
  MDP_ASSERT(!frames.empty());
  if (const auto error = send_part(socket, routing_id, true, {}))
    return status_of(*error);
  return send_rest(socket, frames.frames(), account) == ETERM ? send_status::terminated
                                                              : send_status::sent;
}

} // namespace mdp::net
