#pragma once

#include "mdp/message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What the simulated workers answer, made so that a client can tell whether a reply is right and
/// whole, whatever way it came. A reply is a row of pieces, each of four frames:
///
///     part, request, work, number       the how-manieth piece it is, from 0
///     last, request, work, count        how many pieces came before it
///
/// `request` is the name the client gave its request, `work` names one worker's one try at it. In
/// 0.2 each piece is a message; in 0.1 all of them come in the one REPLY (T4).
namespace mdp::sim {

[[nodiscard]] message part_of_reply(const frame& request, std::string_view work,
                                    std::size_t number);
[[nodiscard]] message last_of_reply(const frame& request, std::string_view work, std::size_t count);

/// Whether a reply says instead that the broker could not serve the request (T12).
[[nodiscard]] bool is_status_reply(const message& reply);

/// What is wrong with the pieces that came for `request`, the last one's included. Pieces of a
/// worker that was lost may stand before the right ones only if `may_start_again`, as a 0.2 client
/// has got them already when the next worker begins.
[[nodiscard]] std::optional<std::string> wrong_with(const message& pieces, std::string_view request,
                                                    bool may_start_again);

} // namespace mdp::sim
