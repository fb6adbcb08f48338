#include "mdp/load/run.hpp"

#include "mdp/load/client_side.hpp"
#include "mdp/load/process_times.hpp"
#include "mdp/load/stage.hpp"
#include "mdp/load/worker_side.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace mdp::load {

namespace {

double per_second(std::uint64_t count, duration took) {
  const auto seconds = std::chrono::duration<double>(took).count();
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

/// The threads of a run; ended with it.
class crew {
public:
  explicit crew(stage& shared) : shared_(shared) {
    const auto& set = shared.set;
    for (std::size_t i = 0; i < std::min(set.threads, set.workers); ++i)
      workers_.push_back(
        std::make_unique<worker_side>(shared, i, std::min(set.threads, set.workers)));
    for (std::size_t i = 0; i < std::min(set.threads, set.clients); ++i)
      clients_.push_back(
        std::make_unique<client_side>(shared, i, std::min(set.threads, set.clients)));
    for (const auto& side : workers_)
      threads_.emplace_back([&side] { side->run(); });
    for (const auto& side : clients_)
      threads_.emplace_back([&side] { side->run(); });
  }

  ~crew() { end(); }
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  tally end() {
    shared_.now = phase::over;
    for (auto& thread : threads_)
      thread.join();
    threads_.clear();
    tally all;
    for (const auto& side : workers_)
      all.add(side->seen());
    for (const auto& side : clients_)
      all.add(side->seen());
    return all;
  }

private:
  stage& shared_;
  std::vector<std::unique_ptr<worker_side>> workers_;
  std::vector<std::unique_ptr<client_side>> clients_;
  std::vector<std::thread> threads_;
};

/// Why a client's first request was not answered.
std::string why_no_answer(const stage& shared) {
  const auto& set = shared.set;
  switch (shared.reached.load()) {
  case connection_watch::state::unreachable:
    return "nobody listens at " + set.endpoint;
  case connection_watch::state::silent:
    return "somebody listens at " + set.endpoint +
           ", who does not shake hands as we do: is it a ZeroMQ broker, and does it want CURVE "
           "(--server-key)?";
  case connection_watch::state::refused:
    return "the broker at " + set.endpoint +
           " does not let us in, or its key is not that of --server-key";
  case connection_watch::state::ready:
    break;
  }
  if (shared.was_refused)
    return "service " + set.service_of(0) + " answers with an error: see mdp request " +
           set.service_of(0) + " --broker " + set.endpoint;
  return "no answer from service " + set.service_of(0) + " at " + set.endpoint +
         (set.workers > 0 ? ", though it was offered: is it a broker of this version of MDP?"
                          : ": check that it has a worker there");
}

/// Waits for what `is_done` says, and tells the progress; false when it was interrupted or took longer.
template <class Predicate>
bool wait_for(Predicate is_done, duration longest, const hooks& notify) {
  const auto deadline = net::steady_now() + longest;
  while (!is_done()) {
    if (net::steady_now() >= deadline || notify.wait(defaults::tick))
      return false;
  }
  return true;
}

} // namespace

double result::rate() const noexcept {
  return per_second(seen.latency.count(), took);
}

double result::part_rate() const noexcept {
  return per_second(seen.parts, took);
}

double result::processor_ns() const noexcept {
  const auto count = seen.latency.count();
  return !processor_time || count == 0
           ? 0
           : static_cast<double>(processor_time->count()) / static_cast<double>(count);
}

zmq::socket_t make_socket(stage& shared) {
  auto config = shared.set.sockets;
  const auto messages = static_cast<int>(std::min(shared.set.window, defaults::max_window));
  config.send_high_water_mark = std::max(config.send_high_water_mark, messages);
  config.receive_high_water_mark = std::max(config.receive_high_water_mark, messages);
  zmq::socket_t socket(shared.context, zmq::socket_type::dealer);
  if (net::configure(socket, config))
    throw zmq::error_t();
  return socket;
}

tl::expected<result, std::string> run(const settings& set, const hooks& notify) {
  stage shared(set);
  shared.context.set(zmq::ctxopt::max_sockets,
                     static_cast<int>(2 * (set.clients + set.workers) + 16));
  result made;
  crew all(shared);
  bool is_interrupted = false;
  const auto wait = [&](duration longest) {
    is_interrupted = is_interrupted || notify.wait(longest);
    return is_interrupted;
  };
  const hooks inner{wait, {}};
  if (!wait_for([&] { return shared.ready_clients == set.clients; }, set.timeout, inner)) {
    if (!is_interrupted)
      return tl::unexpected(why_no_answer(shared));
    made.was_interrupted = true;
    return made;
  }

  auto begun = net::steady_now();
  const auto stay = [&](duration longest, duration step, auto is_done) {
    auto next_progress = begun + defaults::progress_interval;
    for (const auto deadline = begun + longest; !is_done();) {
      const auto now = net::steady_now();
      if (now >= deadline || wait(std::min(deadline - now, step)))
        return;
      if (notify.on_progress && net::steady_now() >= next_progress) {
        next_progress += defaults::progress_interval;
        notify.on_progress({net::steady_now() - begun, shared.answered, shared.parts, shared.failed,
                            shared.is(phase::warming)});
      }
    }
  };
  const auto not_before_its_time = [] { return false; };
  if (set.requests == 0 && set.warm_up > duration::zero()) {
    shared.now = phase::warming;
    stay(set.warm_up, defaults::progress_interval, not_before_its_time);
  }
  const auto processor_before = processor_time(set.process);
  begun = net::steady_now();
  shared.now = phase::measuring;
  if (set.requests == 0)
    stay(set.length, defaults::progress_interval, not_before_its_time);
  else
    stay(duration::max() / 2, defaults::tick, [&] { return shared.ended >= set.requests; });
  shared.now = phase::draining;
  made.took = net::steady_now() - begun;
  if (const auto after = processor_time(set.process); after && processor_before && set.process != 0)
    made.processor_time = *after - *processor_before;
  made.was_interrupted = is_interrupted;
  if (!is_interrupted) // what is still open is answered, or counted as missing
    wait_for([&] { return shared.drained_clients == set.clients; },
             set.timeout + 10 * duration(defaults::tick), inner);
  made.seen = all.end();
  return made;
}

} // namespace mdp::load
