#pragma once

#include "mdp/load/dialect.hpp"
#include "mdp/load/ready_set.hpp"
#include "mdp/load/stage.hpp"
#include "mdp/load/tally.hpp"
#include "mdp/time.hpp"

#include <zmq.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace mdp::load {

/// The echo workers of one thread. One that is told to go is counted, and comes back on a new socket.
class worker_side {
public:
  /// Workers number `first`, `first` + `step` ... of all. Throws zmq::error_t.
  worker_side(stage& shared, std::size_t first, std::size_t step);

  /// Until the run is over. What it has seen is in tally() then.
  void run();

  [[nodiscard]] const tally& seen() const noexcept { return tally_; }

private:
  struct worker {
    zmq::socket_t socket;
    std::deque<job> jobs; ///< In the order they came; the first is being answered.
    frames out;           ///< What found no room yet.
  };

  void connect(std::size_t number);
  [[nodiscard]] std::size_t place_of(std::size_t number) const noexcept;
  void beat();
  /// Sends what is due and takes what came; whether there may be more.
  bool turn(std::size_t place);
  void answer(worker& who);

  stage& shared_;
  dialect dialect_;
  std::size_t first_;
  std::size_t step_;
  ready_set ready_;
  std::vector<std::unique_ptr<worker>> workers_;
  std::vector<std::size_t> unfinished_;
  bool is_ahead_ = false; ///< Some worker has parts that the clients are not ready for.
  frames in_;
  tally tally_;
};

} // namespace mdp::load
