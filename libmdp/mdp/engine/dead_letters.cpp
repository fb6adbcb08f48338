#include "mdp/engine/dead_letters.hpp"

#include <algorithm>

namespace mdp::engine {

void dead_letters::keep(const std::string& service, const job& what, attempt_number attempts,
                        time_point now) {
  const auto first = what.body.empty() ? frame() : what.body[0];
  const auto shown = std::min(first.size(), defaults::dead_letter_head_bytes);
  letters_.push_back({service, what.client_address, attempts, now, what.body.size(),
                      what.body.byte_count(), frame(first.bytes().first(shown))});
  footprint_ += letters_.back().footprint();
  while (letters_.size() > config_.max_letters || footprint_ > config_.max_bytes) {
    footprint_ -= letters_.front().footprint();
    letters_.pop_front();
  }
}

} // namespace mdp::engine
