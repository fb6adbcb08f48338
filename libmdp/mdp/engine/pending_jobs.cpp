#include "mdp/engine/pending_jobs.hpp"

#include "mdp/assert.hpp"
#include "mdp/defaults.hpp"
#include "mdp/engine/queue_defaults.hpp"

#include <iterator>

namespace mdp::engine {

namespace {

/// Enough for the clients that come and go within a round, mostly.
constexpr std::size_t spare_lines = 64;

} // namespace

void pending_jobs::add(queued_job& job) {
  auto [entry, is_new] = by_client_.try_emplace(job.what.id.client);
  if (is_new)
    entry->second = add_line(job.what.id.client);
  auto& line = *entry->second;
  if (line.head == nullptr && left_in_turn_ > 0) // nobody is ahead of him with more than one
    end_turn();
  job.previous = line.tail;
  job.next = nullptr;
  (line.tail != nullptr ? line.tail->next : line.head) = &job;
  line.tail = &job;
  resize(line, line.size + 1);
  ++count_;
}

void pending_jobs::put_back(queued_job& job) {
  const auto inserted = returned_.emplace(job.order, &job).second;
  MDP_ASSERT(inserted);
  ++count_;
}

queued_job* pending_jobs::take() {
  if (!returned_.empty()) {
    auto* job = returned_.begin()->second;
    returned_.erase(returned_.begin());
    --count_;
    return job;
  }
  if (empty())
    return nullptr;
  auto line = next_line();
  auto* job = line->head;
  if (left_in_turn_ == 0) // it begins
    left_in_turn_ = short_lines_ == 0 ? defaults::long_turn : 1;
  unlink(*line, *job);
  if (--left_in_turn_ == 0 || line->head == nullptr)
    end_turn();
  return job;
}

/// To the next round, even if nothing is left in it: a client that had its turn in this round and
/// comes again is no newcomer.
void pending_jobs::end_turn() {
  const auto line = this_round_.begin();
  line->is_in_this_round = false;
  next_round_.splice(next_round_.end(), this_round_, line);
  left_in_turn_ = 0;
}

void pending_jobs::resize(client_line& line, std::size_t size) noexcept {
  const auto is_short = [](std::size_t jobs) { return jobs > 0 && jobs < defaults::long_turn; };
  short_lines_ -= is_short(line.size) ? 1 : 0;
  short_lines_ += is_short(size) ? 1 : 0;
  line.size = size;
}

pending_jobs::lines::iterator pending_jobs::next_line() {
  for (;;) {
    begin_round_if_over();
    const auto line = this_round_.begin();
    if (line->head != nullptr)
      return line;
    by_client_.erase(line->client); // it has not come again for a whole round
    spare_.splice(spare_.end(), this_round_, line);
    if (spare_.size() > spare_lines)
      spare_.pop_front();
  }
}

pending_jobs::lines::iterator pending_jobs::add_line(peer_id client) {
  const bool joins = newcomers_left_ > 0;
  newcomers_left_ -= joins ? 1 : 0;
  auto& round = joins ? this_round_ : next_round_;
  if (spare_.empty())
    round.emplace_back();
  else
    round.splice(round.end(), spare_, spare_.begin());
  const auto added = std::prev(round.end());
  *added = {.client = client, .is_in_this_round = joins};
  return added;
}

void pending_jobs::begin_round_if_over() {
  if (!this_round_.empty())
    return;
  this_round_.swap(next_round_);
  newcomers_left_ = this_round_.size() + defaults::round_newcomers;
  for (auto& line : this_round_)
    line.is_in_this_round = true;
}

void pending_jobs::remove(queued_job& job) {
  if (returned_.erase(job.order) > 0) {
    --count_;
    return;
  }
  const auto entry = by_client_.find(job.what.id.client);
  MDP_ASSERT(entry != by_client_.end());
  const auto line = entry->second;
  unlink(*line, job);
  if (line->head == nullptr)
    remove_line(line);
}

const queued_job* pending_jobs::oldest() const noexcept {
  const auto* oldest = returned_.empty() ? nullptr : returned_.begin()->second;
  for (const auto* round : {&this_round_, &next_round_})
    for (const auto& line : *round)
      if (line.head != nullptr && (oldest == nullptr || line.head->order < oldest->order))
        oldest = line.head;
  return oldest;
}

void pending_jobs::unlink(client_line& line, queued_job& job) noexcept {
  (job.previous != nullptr ? job.previous->next : line.head) = job.next;
  (job.next != nullptr ? job.next->previous : line.tail) = job.previous;
  job.previous = job.next = nullptr;
  resize(line, line.size - 1);
  --count_;
}

void pending_jobs::remove_line(lines::iterator line) {
  if (line == this_round_.begin()) // if it had its turn, that is over
    left_in_turn_ = 0;
  by_client_.erase(line->client);
  (line->is_in_this_round ? this_round_ : next_round_).erase(line);
}

} // namespace mdp::engine
