#pragma once

#include "mdp/actors/io/loop_sockets.hpp"
#include "mdp/defaults.hpp"

#include <cstddef>
#include <vector>

namespace mdp::actors::io {

/// What may still be read in a turn of the loop.
struct receive_budget {
  std::size_t messages = defaults::turn_max_messages;
  std::size_t bytes = defaults::turn_max_bytes;
  std::size_t read_bytes = 0; ///< What was spent; more than there was, if a message was that large.

  [[nodiscard]] bool is_spent() const noexcept { return messages == 0 || bytes == 0; }
  void spend(std::size_t message_bytes) noexcept;
};

/// Reads and decodes what `socket` has until there is no more, a batch is full or the budget is spent;
/// but for the first case the socket stays marked as readable. That there is no more costs system
/// calls to find out, and has to be found out anyway when the answers are sent: so a batch is as many
/// messages as there were the last time, and twice as many after a full one. Each message becomes one
/// report: an input, or an `invalid_input` for what is too large or is not MDP. Loop thread only.
/// Throws context_terminated.
void receive_some(loop_socket& socket, receive_budget& budget, time_point now,
                  std::vector<loop_report>& reports);

} // namespace mdp::actors::io
