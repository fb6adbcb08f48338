#pragma once

#include "mdp/actors/io/loop_commands.hpp"
#include "mdp/time.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace mdp::actors::io {

/// Where a socket loop delivers. All calls come from the loop's own thread. The loop knows nothing
/// of actors; whoever implements this knows both.
class loop_sink {
public:
  virtual ~loop_sink() = default;

  /// Takes what one turn of the loop has brought, in the order in which it arrived. Never empty.
  /// `bytes` of messages were read for it.
  virtual void on_reports(std::vector<loop_report> reports, std::size_t bytes) = 0;

  /// Whether another batch may come. If not the loop reads nothing, so that TCP holds back who sends,
  /// and asks again soon.
  [[nodiscard]] virtual bool has_room() const noexcept { return true; }

  /// Runs what became runnable on the loop's thread, for a bounded while. Called once a turn, after
  /// on_reports(). True when some is left, so that the loop must come back without waiting.
  virtual bool run_pending() = 0;

  /// When run_pending() is to be called again at the latest, if it has left nothing.
  [[nodiscard]] virtual time_point next_due() const noexcept { return never; }

  /// The last call, whatever happened: the thread ends, all sockets are closed. `what` describes a
  /// failure, otherwise it is empty.
  virtual void on_stopped(loop_end reason, std::string what) = 0;
};

} // namespace mdp::actors::io
