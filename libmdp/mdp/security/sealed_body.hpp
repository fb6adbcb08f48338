#pragma once

#include "mdp/message.hpp"
#include "mdp/security/certificate.hpp"
#include "mdp/security/public_key.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

/// Bodies that nobody between a client and a worker can read, the broker included.
///
/// A worker has a certificate, and its clients have the public half, from somebody they trust: not from
/// the broker. A client seals its request for that key (X25519, libsodium's sealed boxes) and puts a key
/// of its own in, made for this one request. The worker seals each part of its reply for that one. Since
/// nobody but the worker can have learned it, nobody else can have sealed the reply.
///
///     request: "mdp-sealed1" | box for the worker: the reply's key, the body as a nested message
///     reply:   "mdp-sealed1" | box for that key:   number of the part, whether it is the last, the body
///
/// Parts are numbered from 0, so that none can be left out, doubled or put elsewhere unnoticed.
namespace mdp::security {

/// Why something that should be sealed is not taken.
enum class seal_refusal : std::uint8_t {
  not_sealed, ///< it is something else: a status, for example, which is not the worker's word then
  wrong_key,  ///< sealed for another key, or changed on the way
  malformed,  ///< sealed by somebody who does not do it so
  out_of_order, ///< another part of the reply is next
  too_large,    ///< more than fits into a nested message
};

/// The enumerator's name, for messages.
[[nodiscard]] std::string_view to_string(seal_refusal reason) noexcept;

/// The client's side of one reply. One thread at a time.
class reply_opener {
public:
  struct part {
    message body;
    bool is_last = false;
  };

  /// `key` is this one reply's.
  explicit reply_opener(certificate key) : key_(std::move(key)) {}

  /// What the next part of the reply, or all of it, says.
  [[nodiscard]] tl::expected<part, seal_refusal> open(const message& sealed);

  /// The request is tried again, and the reply begins anew.
  void restart() noexcept { next_ = 0; }

private:
  certificate key_;
  std::uint32_t next_ = 0;
};

struct sealed_request {
  message body; ///< To be sent as the request's.
  reply_opener reply;
};

/// Seals a request for whoever has the other half of `worker`. `too_large` over the bounds of nested
/// messages. Throws std::runtime_error where there are no random numbers.
[[nodiscard]] tl::expected<sealed_request, seal_refusal> seal_request(const message& body,
                                                                      const public_key& worker);

/// The worker's side of one reply. One thread at a time.
class reply_sealer {
public:
  explicit reply_sealer(const public_key& reply) : reply_(reply) {}

  /// The next part, or all of it. After an error it is as if it had not been asked.
  [[nodiscard]] tl::expected<message, seal_refusal> seal(const message& body, bool is_last);

private:
  public_key reply_;
  std::uint32_t next_ = 0;
};

struct opened_request {
  message body;
  reply_sealer reply;
};

/// What a client has sealed for `own`.
[[nodiscard]] tl::expected<opened_request, seal_refusal> open_request(const message& sealed,
                                                                      const certificate& own);

} // namespace mdp::security
