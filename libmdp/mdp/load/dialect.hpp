#pragma once

#include "mdp/load/settings.hpp"

#include <zmq.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// MDP in bare frames, as clients and workers of the load speak it: no codec of ours is in what is measured.
namespace mdp::load {

using frames = std::vector<zmq::message_t>;

/// Sends all frames without waiting, and leaves them empty; false when libzmq takes none of them.
[[nodiscard]] bool send_all(zmq::socket_ref socket, frames& message);

/// Receives a message without waiting; false when there is none.
[[nodiscard]] bool receive_all(zmq::socket_ref socket, frames& message);

/// "MDPC02" and so on as a frame.
[[nodiscard]] zmq::message_t text_frame(std::string_view text);

struct answer {
  bool is_final = true;
  std::size_t body = 0; ///< The index of the first body frame; there is one.
};

enum class worker_news : std::uint8_t { request, heartbeat, disconnect, nonsense };

/// A request at a worker.
struct job {
  frames address; ///< What the answer has in front of its body, but for the command.
  frames body;
  std::uint32_t parts_left = 0;
};

class dialect {
public:
  explicit dialect(protocol spoken) noexcept : spoken_(spoken) {}

  /// A client's request; `body` is moved.
  void request(std::string_view service, zmq::message_t body, frames& into) const;

  /// What came to a client; nothing if it is no answer in this dialect.
  [[nodiscard]] std::optional<answer> read_answer(const frames& message) const;

  /// A worker's first word; nothing has to be said to a proxy, and `into` is empty.
  void ready(std::string_view service, std::uint32_t capacity, frames& into) const;
  void heartbeat(frames& into) const;
  void disconnect(frames& into) const;

  /// What came to a worker; a request's frames are moved to `into`.
  [[nodiscard]] worker_news read_at_worker(frames& message, job& into) const;

  /// The next part of the answer to `what`, which stays as it is, or its end.
  void answer_to(job& what, frames& into) const;

private:
  void worker_header(std::uint8_t command_0_1, std::uint8_t command_0_2, frames& into) const;

  protocol spoken_;
};

} // namespace mdp::load
