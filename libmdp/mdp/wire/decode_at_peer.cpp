#include "mdp/wire/decode.hpp"
#include "mdp/wire/frame_reader.hpp"

namespace mdp::wire {

namespace {

using detail::dialog;
using detail::frame_reader;

// One switch a version: the same byte means different things (T2).

to_worker read_to_worker_v0_1(frame_reader& in) {
  switch (in.take_command()) {
  case v0_1::worker_request:
    return in.take_request();
  case v0_1::worker_heartbeat:
    return in.take_load_question();
  case v0_1::worker_disconnect:
    return in.take_bare<disconnect>();
  case v0_1::worker_ready:
  case v0_1::worker_reply:
    return in.refuse<to_worker>(decode_error::unexpected_command);
  default:
    return in.refuse<to_worker>(decode_error::unknown_command);
  }
}

to_worker read_to_worker_v0_2(frame_reader& in) {
  switch (in.take_command()) {
  case v0_2::worker_request:
    return in.take_request();
  case v0_2::worker_heartbeat:
    return in.take_load_question();
  case v0_2::worker_disconnect:
    return in.take_bare<disconnect>();
  case v0_2::worker_ready:
  case v0_2::worker_partial:
  case v0_2::worker_final:
    return in.refuse<to_worker>(decode_error::unexpected_command);
  default:
    return in.refuse<to_worker>(decode_error::unknown_command);
  }
}

template <class Reply>
Reply read_reply(frame_reader& in, return_path path) {
  Reply reply;
  reply.path = std::move(path);
  in.take_service(reply.service);
  in.take_body(reply.body);
  return reply;
}

to_client read_to_client(frame_reader& in, protocol_version version) {
  return_path path;
  in.take_client_path(path);
  if (version ==
      protocol_version::v0_1) // RFC 7 has no command frame for clients, and one reply only
    return read_reply<client_final>(in, std::move(path));
  switch (in.take_command()) {
  case v0_2::client_partial:
    return read_reply<client_partial>(in, std::move(path));
  case v0_2::client_final:
    return read_reply<client_final>(in, std::move(path));
  case v0_2::client_request:
    return in.refuse<to_client>(decode_error::unexpected_command);
  default:
    return in.refuse<to_client>(decode_error::unknown_command);
  }
}

} // namespace

tl::expected<to_worker, decode_error> decode_at_worker(message frames, protocol_version version,
                                                       const limits& bounds) {
  frame_reader in(frames, bounds);
  in.expect_header({dialog::worker, version});
  if (in.failed())
    return tl::unexpected(*in.error());
  in.drop_worker_path();
  return in.finish(version == protocol_version::v0_1 ? read_to_worker_v0_1(in)
                                                     : read_to_worker_v0_2(in));
}

tl::expected<to_client, decode_error> decode_at_client(message frames, protocol_version version,
                                                       const limits& bounds) {
  frame_reader in(frames, bounds);
  in.expect_header({dialog::client, version});
  if (in.failed())
    return tl::unexpected(*in.error());
  return in.finish(read_to_client(in, version));
}

} // namespace mdp::wire
