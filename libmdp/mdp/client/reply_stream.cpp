#include "mdp/client/reply_stream.hpp"

#include "mdp/client/client_loop.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace mdp {

namespace detail {

/// Between the reader and the client's thread.
struct stream_state {
  /// Whether there is room for more.
  bool push(message part) {
    const std::lock_guard guard(mutex);
    if (is_over)
      return true; // cancelled; the client's thread is about to hear of it
    bytes += part.footprint();
    parts.push_back({std::move(part), false});
    changed.notify_one();
    is_held = parts.size() >= defaults::stream_max_parts || bytes >= defaults::stream_max_bytes;
    return !is_held;
  }

  void end(request_result result) {
    const std::lock_guard guard(mutex);
    if (std::exchange(is_over, true))
      return;
    if (result) {
      bytes += result->footprint();
      parts.push_back({*std::move(result), true});
    } else {
      failure = result.error();
    }
    changed.notify_one();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<stream_part> parts;
  std::size_t bytes = 0;
  bool is_held = false;                                 // the socket is not read
  bool is_over = false;                                 // nothing more comes behind `parts`
  request_failure failure = request_failure::cancelled; // behind them
  std::optional<request_id> request;
};

} // namespace detail

reply_stream::reply_stream(std::shared_ptr<detail::client_loop> loop, std::string service,
                           message body, const request_options& options)
    : loop_(std::move(loop)), state_(std::make_shared<detail::stream_state>()) {
  const auto started = loop_->start_stream(
    std::move(service), std::move(body), options,
    [state = state_](message part) { return state->push(std::move(part)); },
    [state = state_](request_result result) { state->end(std::move(result)); });
  const std::lock_guard guard(state_->mutex);
  if (started) {
    state_->request = *started;
  } else {
    state_->is_over = true;
    state_->failure = started.error();
  }
}

reply_stream::~reply_stream() {
  cancel();
}

reply_stream& reply_stream::operator=(reply_stream&& other) noexcept {
  if (this != &other) {
    cancel();
    loop_ = std::move(other.loop_);
    state_ = std::move(other.state_);
  }
  return *this;
}

tl::expected<stream_part, request_failure> reply_stream::next() {
  if (!state_)
    return tl::unexpected(request_failure::cancelled);
  std::unique_lock lock(state_->mutex);
  const auto has_news = [this] { return !state_->parts.empty() || state_->is_over; };
  if (!has_news() && loop_->is_this_thread())
    return tl::unexpected(request_failure::wrong_thread);
  state_->changed.wait(lock, has_news);
  if (state_->parts.empty())
    return tl::unexpected(state_->failure);
  auto part = std::move(state_->parts.front());
  state_->parts.pop_front();
  state_->bytes -= part.body.footprint();
  const bool has_room = 2 * state_->parts.size() <= defaults::stream_max_parts &&
                        2 * state_->bytes <= defaults::stream_max_bytes;
  if (state_->is_held && has_room && !state_->is_over) {
    state_->is_held = false;
    loop_->go_on(*state_->request);
  }
  return part;
}

void reply_stream::cancel() {
  if (!state_)
    return;
  std::optional<request_id> open;
  {
    const std::lock_guard guard(state_->mutex);
    if (!std::exchange(state_->is_over, true))
      open = state_->request;
    state_->parts.clear();
    state_->bytes = 0;
  }
  if (open)
    loop_->cancel(*open);
}

} // namespace mdp
