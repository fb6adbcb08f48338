#pragma once

#include "mdp/defaults.hpp"

#include <cstddef>
#include <cstdint>

namespace mdp::wire {

/// What a message may not exceed to be decoded at all. Checked before anything of it is looked at.
struct limits {
  std::size_t max_frames = defaults::max_message_frames;
  std::size_t max_bytes = defaults::max_message_bytes;
  std::size_t max_service_name = defaults::max_service_name_bytes;
  /// For a client address and for each frame of an envelope.
  std::size_t max_address = defaults::max_address_bytes;
  std::size_t max_envelope = defaults::max_envelope_frames;
  std::uint32_t max_capacity = defaults::max_worker_capacity;
  std::uint32_t max_load = defaults::max_load;
  /// Takes 0.2 messages with an empty frame in front, as some old clients send them (T3); also in
  /// what such a client of ours is answered. Workers have no such dialect.
  bool accept_delimited_v2 = false;
};

} // namespace mdp::wire
