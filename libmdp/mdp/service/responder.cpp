#include "mdp/service/responder.hpp"

#include "mdp/assert.hpp"
#include "mdp/service/status_reply.hpp"

#include <mutex>
#include <utility>

namespace mdp {

namespace {

constexpr int failed = 500;
constexpr std::string_view no_answer = "the service gave no answer";

} // namespace

/// The request as its responder and its guard share it. The lock makes the end really the last.
class detail::open_answer {
public:
  explicit open_answer(std::unique_ptr<answer_channel> channel) : channel_(std::move(channel)) {
    MDP_ASSERT(channel_);
  }

  bool is_open() {
    const std::lock_guard guard(mutex_);
    return look();
  }

  bool send(message body, bool is_final) {
    const std::lock_guard guard(mutex_);
    if (!look())
      return false;
    channel_->send(std::move(body), is_final);
    if (is_final)
      channel_.reset();
    return true;
  }

  void close() {
    const std::lock_guard guard(mutex_);
    channel_.reset();
  }

  void guard_begins() {
    const std::lock_guard guard(mutex_);
    is_guarded_ = true;
  }

  /// The responder is gone: nobody else can answer, but for a guard.
  void abandon() {
    const std::lock_guard guard(mutex_);
    is_abandoned_ = true;
    end_if_left_alone();
  }

  void guard_ends() {
    const std::lock_guard guard(mutex_);
    is_guarded_ = false;
    end_if_left_alone();
  }

private:
  bool look() {
    if (channel_ && !channel_->is_open())
      channel_.reset();
    return channel_ != nullptr;
  }

  void end_if_left_alone() {
    if (!is_abandoned_ || is_guarded_ || !look())
      return;
    channel_->send(status_reply(failed, no_answer), true);
    channel_.reset();
  }

  std::mutex mutex_;
  std::unique_ptr<answer_channel> channel_; // null when nothing can be answered any more
  bool is_guarded_ = false;
  bool is_abandoned_ = false;
};

responder::responder(std::unique_ptr<answer_channel> channel, frame user)
    : answer_(std::make_shared<detail::open_answer>(std::move(channel))), user_(std::move(user)) {}

responder& responder::operator=(responder&& other) noexcept {
  if (this != &other) {
    abandon();
    answer_ = std::move(other.answer_);
    user_ = std::move(other.user_);
  }
  return *this;
}

responder::~responder() {
  abandon();
}

void responder::abandon() noexcept {
  if (answer_)
    answer_->abandon();
}

bool responder::is_open() const {
  return answer_ && answer_->is_open();
}

bool responder::send_part(message part) {
  return answer_ && answer_->send(std::move(part), false);
}

bool responder::finish(message reply) {
  return answer_ && answer_->send(std::move(reply), true);
}

bool responder::fail(int code, std::string_view text) {
  return answer_ && answer_->send(status_reply(code, text), true);
}

answer_guard::answer_guard(const responder& answer) : answer_(answer.answer_) {
  MDP_ASSERT(answer_);
  answer_->guard_begins();
}

answer_guard::~answer_guard() {
  answer_->guard_ends();
}

bool answer_guard::fail(int code, std::string_view text) {
  return answer_->send(status_reply(code, text), true);
}

void answer_guard::give_back() noexcept {
  answer_->close();
}

} // namespace mdp
