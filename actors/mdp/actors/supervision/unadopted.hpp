#pragma once

#include "mdp/actors/compat/succession.hpp"
#include "mdp/actors/interfaces.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace mdp::actors {

/// Goes with a child on its way to the supervisor that is to adopt it. If that has ended, so that the
/// message is dropped, the child ends as well: nobody would ever stop it. Any thread.
class unadopted {
public:
  unadopted(stoppable_actor child, std::shared_ptr<succession> line)
      : child_(std::move(child)), line_(std::move(line)) {}
  ~unadopted() {
    if (!child_)
      return;
    if (line_)
      line_->end();
    caf::anon_send_exit(child_, caf::exit_reason::kill);
  }
  unadopted(const unadopted&) = delete;
  unadopted& operator=(const unadopted&) = delete;

  /// Somebody looks after it from now on.
  void was_adopted() noexcept { child_ = nullptr; }

private:
  stoppable_actor child_;
  std::shared_ptr<succession> line_; // null: nobody succeeds it
};

} // namespace mdp::actors
