#pragma once

#include "mdp/frame.hpp"
#include "mdp/message.hpp"

#include <memory>
#include <string_view>

namespace mdp {

/// Where the answers to one request go. For those who hand out requests; a responder owns it.
class answer_channel {
public:
  answer_channel() = default;
  answer_channel(const answer_channel&) = delete;
  answer_channel& operator=(const answer_channel&) = delete;
  virtual ~answer_channel() = default;

  /// Whether an answer can still reach who asked. From any thread, one call at a time.
  [[nodiscard]] virtual bool is_open() const noexcept = 0;

  /// Passes on a part of the reply, or its end, which comes once and last. From any thread, one call
  /// at a time. Must not call the responder; with a part it may wait for room, as long as it is open.
  virtual void send(message body, bool is_final) = 0;
};

namespace detail {
class open_answer;
} // namespace detail

/// One request's right to be answered, by whoever holds it, from whatever thread, now or later. Every
/// request gets exactly one end: a responder that is destroyed without one answers `mdp-status 500`.
///
/// The members are thread-safe, so several threads may send parts of one reply; moving it is not.
/// What was moved from is not open. Each member says whether the answer was passed on. It was not if
/// the request has got its end already or the conversation with the broker is over (the broker then
/// has given the request to another worker, or up): nothing is left to do then, and it is no error.
/// A true does not say that the client was still there.
class responder {
public:
  /// `user`: who asks, where that is known.
  explicit responder(std::unique_ptr<answer_channel> channel, frame user = {});
  responder(responder&& other) noexcept = default;
  responder& operator=(responder&& other) noexcept;
  ~responder();

  /// Who asks, as the broker knows him by CURVE or PLAIN; empty if he is nobody, or it is not known: a
  /// remote worker has to ask for it. Valid until this is moved from or ends.
  [[nodiscard]] std::string_view user() const noexcept { return user_.text(); }

  /// Whether there is still somebody to answer. Whoever works for long looks from time to time.
  [[nodiscard]] bool is_open() const;

  /// Sends a part of the reply ahead of its end. An empty `part` stands for one empty frame. A handler
  /// on a thread of its own waits here when it is faster than its parts can leave; a CAF actor does not.
  bool send_part(message part);

  /// Sends the reply, or its last part.
  bool finish(message reply);

  /// Sends `mdp-status CODE TEXT` as the reply (see `status_reply()`).
  bool fail(int code, std::string_view text);

private:
  friend class answer_guard;
  void abandon() noexcept;

  std::shared_ptr<detail::open_answer> answer_;
  frame user_;
};

/// Keeps a request from being answered by its responder's mere end while a handler runs, so that an
/// exception, which destroys the responder on its way, can still become the answer. Made before the
/// responder is handed over; at its own end it answers what the handler has dropped.
class answer_guard {
public:
  explicit answer_guard(const responder& answer);
  answer_guard(const answer_guard&) = delete;
  answer_guard& operator=(const answer_guard&) = delete;
  ~answer_guard();

  /// Answers with `mdp-status CODE TEXT` if there was no end yet.
  bool fail(int code, std::string_view text);

  /// Takes the right to answer away without an answer: somebody else will do the work.
  void give_back() noexcept;

private:
  std::shared_ptr<detail::open_answer> answer_;
};

} // namespace mdp
