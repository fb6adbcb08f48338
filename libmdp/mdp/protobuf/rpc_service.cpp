#include "mdp/protobuf/rpc_service.hpp"

#include "mdp/defaults.hpp"
#include "mdp/signals_blocked.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace mdp {

namespace {

/// Now, on the clock the dispatcher thinks in.
time_point now() {
  return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

;

} // namespace

/// The dispatcher and the thread that watches its clock.
class rpc_service::body {
public:
  explicit body(const rpc_limits& limits)
      : dispatcher_(limits),
        pause_(std::max<duration>(limits.max_duration / defaults::rpc_looks_per_duration,
                                  defaults::rpc_shortest_look)) {}

  [[nodiscard]] rpc_dispatcher& dispatcher() noexcept { return dispatcher_; }

  static void start(const std::shared_ptr<body>& self) {
    const signals_blocked while_it_starts;
    self->watchdog_ = std::thread([self] { self->watch(); });
  }

  void stop() {
    {
      const std::lock_guard guard(mutex_);
      is_stopping_ = true;
    }
    wake_.notify_all();
    // The answer that it gives for a method may be what lets go of the service.
    if (watchdog_.get_id() == std::this_thread::get_id())
      watchdog_.detach();
    else
      watchdog_.join();
    dispatcher_.stop();
  }

private:
  /// Looks from time to time instead of being woken by calls, nearly all of which end at once.
  void watch() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, pause_, [this] { return is_stopping_; })) {
      lock.unlock();
      dispatcher_.expire(now());
      lock.lock();
    }
  }

  rpc_dispatcher dispatcher_;
  const duration pause_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_stopping_ = false;
  std::thread watchdog_;
};

rpc_service::rpc_service(const rpc_limits& limits) : body_(std::make_shared<body>(limits)) {
  body::start(body_);
}

rpc_service::~rpc_service() {
  body_->stop();
}

void rpc_service::add(std::shared_ptr<google::protobuf::Service> service) {
  body_->dispatcher().add(std::move(service));
}

void rpc_service::operator()(message request, responder answer) {
  body_->dispatcher().dispatch(std::move(request), std::move(answer), now());
}

rpc_counters rpc_service::counters() const {
  return body_->dispatcher().counters();
}

request_handler serve(std::shared_ptr<google::protobuf::Service> service,
                      const rpc_limits& limits) {
  auto all = std::make_shared<rpc_service>(limits);
  all->add(std::move(service));
  return [all = std::move(all)](message request, responder answer) {
    (*all)(std::move(request), std::move(answer));
  };
}

} // namespace mdp
