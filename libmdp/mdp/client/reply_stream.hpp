#pragma once

#include "mdp/client/config.hpp"
#include "mdp/ids.hpp"
#include "mdp/message.hpp"

#include <tl/expected.hpp>

#include <memory>

namespace mdp {

namespace detail {
class client_loop;
struct stream_state;
} // namespace detail

/// One piece of a streamed reply.
struct stream_part {
  message body;
  bool is_last = false;
};

/// A reply in parts, taken one by one at the reader's pace. It has a socket of its own. Up to
/// `stream_max_parts` parts (and `stream_max_bytes` of memory) are read ahead; then that socket is
/// left unread until half of them are taken, so the broker, and in the end TCP, hold the rest back:
/// nobody else waits for a slow reader. A broker of ours parks some (10 000 messages or 64 MiB, for
/// 30 s); a reader slower than that loses the stream, and is told so (`stream_broken`).
///
/// The time-out counts while the reader waits for the sender, not while the sender waits for the
/// reader. One thread at a time; it may be moved. Its end cancels what is not over.
class reply_stream {
public:
  reply_stream(std::shared_ptr<detail::client_loop> loop, std::string service, message body,
               const request_options& options);
  ~reply_stream();
  reply_stream(reply_stream&&) noexcept = default;
  reply_stream& operator=(reply_stream&& other) noexcept;

  /// Waits for the next part. Fails when the stream broke off, and with `cancelled` behind the last
  /// part.
  [[nodiscard]] tl::expected<stream_part, request_failure> next();

  /// Takes nothing more. What was read ahead is forgotten, and the worker's further parts go nowhere.
  void cancel();

private:
  std::shared_ptr<detail::client_loop> loop_;
  std::shared_ptr<detail::stream_state> state_; // none when it was moved from
};

} // namespace mdp
