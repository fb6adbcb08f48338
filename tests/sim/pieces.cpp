#include "sim/pieces.hpp"

#include "sim/trace.hpp"

namespace mdp::sim {

namespace {

constexpr std::string_view part = "part";
constexpr std::string_view last = "last";

message piece(std::string_view kind, const frame& request, std::string_view work,
              std::size_t number) {
  return {frame(kind), request, frame(work), frame(std::to_string(number))};
}

} // namespace

message part_of_reply(const frame& request, std::string_view work, std::size_t number) {
  return piece(part, request, work, number);
}

message last_of_reply(const frame& request, std::string_view work, std::size_t count) {
  return piece(last, request, work, count);
}

bool is_status_reply(const message& reply) {
  return reply.size() == 1 && reply[0].text().starts_with("mdp-status ");
}

std::optional<std::string> wrong_with(const message& pieces, std::string_view request,
                                      bool may_start_again) {
  const auto count = pieces.size() / 4;
  if (count == 0 || pieces.size() % 4 != 0)
    return "these are no pieces: " + shown(pieces);
  const auto field = [&](std::size_t index, std::size_t which) {
    return pieces[4 * index + which].text();
  };
  const auto work = field(count - 1, 2);
  std::size_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (field(i, 1) != request)
      return "a piece answers " + std::string(field(i, 1));
    if (field(i, 0) != (i + 1 == count ? last : part))
      return "the last piece is in the wrong place";
    if (field(i, 2) != work) {
      if (!may_start_again)
        return "it has pieces of two workers: " + shown(pieces);
      continue;
    }
    if (field(i, 3) != std::to_string(number++))
      return "pieces are missing or in the wrong order: " + shown(pieces);
  }
  return std::nullopt;
}

} // namespace mdp::sim
