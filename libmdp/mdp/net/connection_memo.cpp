#include "mdp/net/connection_memo.hpp"

#include <cstddef>
#include <cstring>
#include <optional>

namespace mdp::net {

namespace {

/// The number in an id that libzmq has given: a zero, which its manual keeps for that, and four bytes.
std::optional<std::uint32_t> given_number(const frame& routing_id) noexcept {
  std::uint32_t number = 0;
  if (routing_id.size() != 1 + sizeof number || routing_id.data()[0] != std::byte{0})
    return std::nullopt;
  std::memcpy(&number, routing_id.data() + 1, sizeof number);
  return number;
}

} // namespace

int connection_memo::connection_of(const frame& routing_id, zmq_msg_t& part) {
  const auto number = given_number(routing_id);
  if (number)
    if (const auto known = known_.find(*number); known != known_.end())
      return known->second;
  const int connection = zmq_msg_get(&part, ZMQ_SRCFD);
  if (number && connection >= 0)
    known_.emplace(*number, connection);
  return connection;
}

} // namespace mdp::net
