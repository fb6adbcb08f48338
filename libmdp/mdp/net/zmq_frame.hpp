#pragma once

#include "mdp/frame.hpp"
#include "mdp/message.hpp"
#include "mdp/net/transit.hpp"

#include <zmq.h>

#include <cstddef>

/// How bytes pass between our frames and libzmq's messages: small ones are copied, larger ones
/// change hands by reference, in both directions.
namespace mdp::net {

/// Takes the content of `part`, which is of `size` bytes and can then be received into again or closed. Up to
/// `defaults::copy_frames_up_to` bytes are copied, so that they do not pin libzmq's input buffer
/// (T23). Throws std::bad_alloc, then `part` is as before. `part`'s thread only.
[[nodiscard]] frame take_frame(zmq_msg_t& part, std::size_t size);

/// The same as the last frame of `onto`.
void take_frame(zmq_msg_t& part, std::size_t size, message& onto);

/// Makes `part`, which holds nothing yet, a libzmq message with the bytes of `f`. Larger bytes are
/// not copied: the message keeps them alive until libzmq has sent them, from whatever thread. With an
/// `account`, those above `defaults::transit_counted_from` are on it until then. Throws
/// std::bad_alloc. Thread-safe for frames that share their bytes.
void fill_part(zmq_msg_t& part, const frame& f, const transit& account = {});

} // namespace mdp::net
