#pragma once

#include "mdp/frame.hpp"
#include "mdp/message.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What libzmq asks whoever guards a listening socket, and what it is told: the ZeroMQ Authentication
/// Protocol, RFC 27. A request is
///
///     version "1.0" | request id | domain | address | routing id | mechanism | credentials...
///
/// and a reply
///
///     version "1.0" | request id | status | text | user id | metadata
///
/// Pure functions; thread-safe.
namespace mdp::security {

enum class zap_error : std::uint8_t {
  too_short,           ///< less than the six frames that every request has
  unsupported_version, ///< not "1.0"
  field_too_long,      ///< a name, address or credential that none of ours could be
  too_many_credentials,
};

inline constexpr std::size_t zap_error_count =
  static_cast<std::size_t>(zap_error::too_many_credentials) + 1;

/// The enumerator's name, as used in metrics and logs.
[[nodiscard]] std::string_view to_string(zap_error error) noexcept;

/// May this peer in?
struct zap_request {
  frame id; ///< Comes back in the reply.
  std::string domain;
  std::string address; ///< An IP address; for ipc `:uid:gid:pid`, or nothing.
  frame routing_id;    ///< What the peer would be called by, if it chose a name.
  std::string mechanism;
  std::vector<frame> credentials;
};

/// The status codes of RFC 27.
enum class zap_status : std::uint16_t {
  welcome = 200,
  try_later = 300,
  refused = 400,
  failed = 500,
};

struct zap_reply {
  frame id;
  zap_status status = zap_status::refused;
  std::string text;    ///< For people; libzmq ignores it.
  std::string user_id; ///< Who it is; empty unless welcome.
};

[[nodiscard]] tl::expected<zap_request, zap_error> decode_zap(const message& frames);

[[nodiscard]] message encode(const zap_reply& reply);

/// The id to answer to where decode_zap() found fault; empty if there is none.
[[nodiscard]] frame zap_id_of(const message& frames);

} // namespace mdp::security
