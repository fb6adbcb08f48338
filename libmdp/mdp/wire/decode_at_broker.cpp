#include "mdp/wire/decode.hpp"
#include "mdp/wire/frame_reader.hpp"

namespace mdp::wire {

namespace {

using detail::dialog;
using detail::frame_reader;

client_request read_request(frame_reader& in, protocol_version version) {
  client_request request;
  request.path = in.take_client_path();
  if (version == protocol_version::v0_2) { // RFC 7 has no command frame for clients
    switch (in.take_command()) {
    case v0_2::client_request:
      break;
    case v0_2::client_partial:
    case v0_2::client_final:
      in.fail(decode_error::unexpected_command);
      break;
    default:
      in.fail(decode_error::unknown_command);
    }
  }
  request.service = in.take_service();
  request.body = in.take_body();
  return request;
}

worker_ready read_ready(frame_reader& in) {
  worker_ready ready;
  ready.service = in.take_service();
  in.take_announcements(ready);
  return ready;
}

// One switch a version: the same byte means different things (T2).

from_worker read_from_worker_v0_1(frame_reader& in) {
  switch (in.take_command()) {
  case v0_1::worker_ready:
    return read_ready(in);
  case v0_1::worker_reply:
    return in.take_addressed<worker_final>();
  case v0_1::worker_heartbeat:
    return in.take_load();
  case v0_1::worker_disconnect:
    return in.take_bare<disconnect>();
  case v0_1::worker_request:
    return in.refuse<from_worker>(decode_error::unexpected_command);
  default:
    return in.refuse<from_worker>(decode_error::unknown_command);
  }
}

from_worker read_from_worker_v0_2(frame_reader& in) {
  switch (in.take_command()) {
  case v0_2::worker_ready:
    return read_ready(in);
  case v0_2::worker_partial:
    return in.take_addressed<worker_partial>();
  case v0_2::worker_final:
    return in.take_addressed<worker_final>();
  case v0_2::worker_heartbeat:
    return in.take_load();
  case v0_2::worker_disconnect:
    return in.take_bare<disconnect>();
  case v0_2::worker_request:
    return in.refuse<from_worker>(decode_error::unexpected_command);
  default:
    return in.refuse<from_worker>(decode_error::unknown_command);
  }
}

} // namespace

tl::expected<broker_input, decode_error> decode_at_broker(message frames, const limits& bounds) {
  frame_reader in(std::move(frames), bounds);
  if (in.failed())
    return tl::unexpected(in.error());
  const auto header = in.header();
  broker_input input;
  input.version = header.version;
  if (header.side == dialog::client) {
    input.command = read_request(in, header.version);
  } else {
    in.drop_worker_path();
    input.command = header.version == protocol_version::v0_1 ? read_from_worker_v0_1(in)
                                                             : read_from_worker_v0_2(in);
  }
  return in.finish(std::move(input));
}

} // namespace mdp::wire
