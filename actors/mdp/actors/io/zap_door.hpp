#pragma once

#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/security/admission.hpp"
#include "mdp/security/password_checker.hpp"

#include <zmq.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace mdp::actors::io {

/// Answers libzmq's questions about who may connect (RFC 27), in the loop and from memory: while it is
/// asked the peer's handshake waits. Passwords are checked elsewhere, and answered when that is done; other
/// handshakes do not wait for it.
///
/// There is one handler in a context. It must be bound before the first socket it guards, and closed
/// after the last: where libzmq finds no handler it lets everybody in. Loop thread only.
class zap_door {
public:
  /// Who checks passwords, if anybody does, tells `checked`, on its own thread. Throws zmq::error_t if
  /// there is a handler already.
  zap_door(zmq::context_t& context, guard_sockets& command,
           security::password_checker::listener checked);

  /// Answers what was asked, but no more than some in one turn; who is refused is reported. True when
  /// there may be more.
  bool answer(time_point now, std::vector<loop_report>& reports);

  /// Answers what was put aside until its password was checked.
  void settle(const password_checked& news, time_point now, std::vector<loop_report>& reports);

  [[nodiscard]] zmq::socket_ref handle() noexcept { return socket_; }

private:
  struct question {
    frame asker;     // a handshake
    frame delimiter; // whatever stood between the two
    security::admission::verdict verdict;
  };

  void reply(question answered, time_point now, std::vector<loop_report>& reports);
  /// What came of it at once; nothing when it is put aside.
  [[nodiscard]] std::optional<security::admission::verdict> check(question& asked);

  zmq::socket_t socket_; // a ROUTER: one handshake that waits must not keep others waiting
  security::admission rules_;
  std::unordered_map<std::uint64_t, question> open_; // no more than the checker takes
  std::uint64_t last_ = 0;
  std::unique_ptr<security::password_checker> passwords_; // last: it ends first
};

} // namespace mdp::actors::io
