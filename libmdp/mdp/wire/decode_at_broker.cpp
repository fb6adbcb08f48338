#include "mdp/wire/decode.hpp"
#include "mdp/wire/frame_reader.hpp"

namespace mdp::wire {

namespace {

using detail::dialog;
using detail::frame_reader;

void read_request(frame_reader& in, protocol_version version, client_request& into) {
  in.take_client_path(into.path);
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
  in.take_service(into.service);
  in.take_body(into.body);
}

void read_ready(frame_reader& in, worker_ready& into) {
  in.take_service(into.service);
  in.take_announcements(into);
}

// One switch a version: the same byte means different things (T2).

void read_from_worker_v0_1(frame_reader& in, from_worker& into) {
  switch (in.take_command()) {
  case v0_1::worker_ready:
    return read_ready(in, into.emplace<worker_ready>());
  case v0_1::worker_reply:
    return in.take_addressed(into.emplace<worker_final>());
  case v0_1::worker_heartbeat:
    into = in.take_load();
    return;
  case v0_1::worker_disconnect:
    into = in.take_bare<disconnect>();
    return;
  case v0_1::worker_request:
    return in.fail(decode_error::unexpected_command);
  default:
    return in.fail(decode_error::unknown_command);
  }
}

void read_from_worker_v0_2(frame_reader& in, from_worker& into) {
  switch (in.take_command()) {
  case v0_2::worker_ready:
    return read_ready(in, into.emplace<worker_ready>());
  case v0_2::worker_partial:
    return in.take_addressed(into.emplace<worker_partial>());
  case v0_2::worker_final:
    return in.take_addressed(into.emplace<worker_final>());
  case v0_2::worker_heartbeat:
    into = in.take_load();
    return;
  case v0_2::worker_disconnect:
    into = in.take_bare<disconnect>();
    return;
  case v0_2::worker_request:
    return in.fail(decode_error::unexpected_command);
  default:
    return in.fail(decode_error::unknown_command);
  }
}

} // namespace

std::optional<decode_error> read_at_broker(message& frames, const limits& bounds,
                                           broker_input& into) {
  frame_reader in(frames, bounds);
  if (in.failed())
    return in.error();
  const auto header = in.header();
  into.version = header.version;
  if (header.side == dialog::client) {
    read_request(in, header.version, into.command.emplace<client_request>());
  } else {
    in.drop_worker_path();
    auto& command = into.command.emplace<from_worker>();
    header.version == protocol_version::v0_1 ? read_from_worker_v0_1(in, command)
                                             : read_from_worker_v0_2(in, command);
  }
  return in.error();
}

tl::expected<broker_input, decode_error> decode_at_broker(message frames, const limits& bounds) {
  broker_input input;
  if (const auto error = read_at_broker(frames, bounds, input))
    return tl::unexpected(*error);
  return input;
}

} // namespace mdp::wire
