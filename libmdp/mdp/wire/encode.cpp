#include "mdp/wire/encode.hpp"

#include "mdp/assert.hpp"
#include "mdp/wire/constants.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// Every command is built from its end: what precedes the body is pushed onto it, last frame first.
/// A body that was just decoded has its old header's slots in front, so writing the new header in
/// them neither allocates nor moves a body frame.
namespace mdp::wire {

namespace {

void push_command(message& onto, std::uint8_t code) {
  const std::byte byte{code};
  onto.push_copy(std::span(&byte, 1));
}

frame number_frame(std::string_view prefix, std::uint32_t number) {
  std::array<char, capacity_prefix.size() + 10> text{}; // 2^32 has ten digits
  static_assert(load_prefix.size() <= capacity_prefix.size());
  const auto digits = prefix.copy(text.data(), text.size());
  const auto end = std::to_chars(text.data() + digits, text.data() + text.size(), number).ptr;
  return frame(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

frame text_frame(std::string_view prefix, std::string_view text) {
  std::string both;
  both.reserve(prefix.size() + text.size());
  return frame(both.append(prefix).append(text));
}

void push_path(message& onto, return_path& path, protocol_version version) {
  if (version == protocol_version::v0_1 || path.delimited || !path.address.empty())
    onto.push_copy(std::string_view());
  for (auto address = path.address.rbegin(); address != path.address.rend(); ++address) {
    MDP_ASSERT(!address->empty()); // the other side would take it for the delimiter
    onto.push(std::move(*address));
  }
}

/// A client's dialog; `code_v0_2` is the command byte that only RFC 18 writes.
template <class Command>
message encode_for_client(Command& command, protocol_version version, std::uint8_t code_v0_2) {
  MDP_ASSERT(!command.service.empty());
  MDP_ASSERT(!command.body.empty());
  auto result = std::move(command.body);
  result.push_copy(command.service);
  if (version == protocol_version::v0_1) {
    result.push_copy(client_header_v0_1);
  } else {
    push_command(result, code_v0_2);
    result.push_copy(client_header_v0_2);
  }
  push_path(result, command.path, version);
  return result;
}

/// Puts a worker's header in front; each version has its own code for the same thing (T2).
message encode_for_worker(message rest, protocol_version version, std::uint8_t code_v0_1,
                          std::uint8_t code_v0_2) {
  if (version == protocol_version::v0_1) {
    push_command(rest, code_v0_1);
    rest.push_copy(worker_header_v0_1);
    rest.push_copy(std::string_view());
  } else {
    push_command(rest, code_v0_2);
    rest.push_copy(worker_header_v0_2);
  }
  return rest;
}

/// One client address, the empty frame, the body (7-33, 7-34, 18-11).
message with_address(frame address, message body, const std::optional<frame>& user = {}) {
  MDP_ASSERT(!address.empty());
  MDP_ASSERT(!body.empty());
  body.push_copy(std::string_view());
  if (user)
    body.push(text_frame(user_prefix, user->text()));
  body.push(std::move(address));
  return body;
}

// One overload for each alternative of the variants; `encode` picks. What can be moved of a command is.

message write(client_partial& command, protocol_version version) {
  MDP_ASSERT(version == protocol_version::v0_2);
  return encode_for_client(command, version, v0_2::client_partial);
}

message write(client_final& command, protocol_version version) {
  return encode_for_client(command, version, v0_2::client_final);
}

message write(worker_ready& command, protocol_version version) {
  MDP_ASSERT(!command.service.empty());
  MDP_ASSERT(command.capacity > 0);
  message rest;
  if (!command.key.empty())
    rest.push(text_frame(key_prefix, command.key));
  if (command.asks_user)
    rest.push(frame(user_question));
  if (command.load)
    rest.push(number_frame(load_prefix, *command.load));
  if (command.announced_capacity)
    rest.push(number_frame(capacity_prefix, command.capacity));
  rest.push(frame(command.service));
  return encode_for_worker(std::move(rest), version, v0_1::worker_ready, v0_2::worker_ready);
}

message write(worker_request& command, protocol_version version) {
  return encode_for_worker(
    with_address(std::move(command.address), std::move(command.body), command.user), version,
    v0_1::worker_request, v0_2::worker_request);
}

message write(worker_partial& command, protocol_version version) {
  MDP_ASSERT(version == protocol_version::v0_2);
  constexpr std::uint8_t none = 0;
  return encode_for_worker(with_address(std::move(command.address), std::move(command.body)),
                           version, none, v0_2::worker_partial);
}

message write(worker_final& command, protocol_version version) {
  return encode_for_worker(with_address(std::move(command.address), std::move(command.body)),
                           version, v0_1::worker_reply, v0_2::worker_final);
}

message write(heartbeat& command, protocol_version version) {
  message rest;
  if (command.load)
    rest.push(number_frame(load_prefix, *command.load));
  if (command.asks_load)
    rest.push(frame(load_question));
  return encode_for_worker(std::move(rest), version, v0_1::worker_heartbeat,
                           v0_2::worker_heartbeat);
}

message write(disconnect&, protocol_version version) {
  return encode_for_worker({}, version, v0_1::worker_disconnect, v0_2::worker_disconnect);
}

template <class Variant>
message write_any(Variant& command, protocol_version version) {
  return std::visit([version](auto& alternative) { return write(alternative, version); }, command);
}

} // namespace

message encode(client_request command, protocol_version version) {
  return encode_for_client(command, version, v0_2::client_request);
}

message encode(to_client command, protocol_version version) {
  return write_any(command, version);
}

message encode(from_worker command, protocol_version version) {
  return write_any(command, version);
}

message encode(to_worker command, protocol_version version) {
  return write_any(command, version);
}

} // namespace mdp::wire
