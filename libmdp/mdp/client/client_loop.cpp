#include "mdp/client/client_loop.hpp"

#include "mdp/net/steady_now.hpp"
#include "mdp/overload.hpp"
#include "mdp/wire/decode.hpp"

#include <signal.h>

#include <random>
#include <stdexcept>
#include <utility>

namespace mdp::detail {

namespace {

thread_local const client_loop* running_here = nullptr;

/// They are the business of other threads (T24).
void block_signals() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

/// What stands in front of a body at most: a number, the delimiter, header, command and service.
constexpr std::size_t header_frames = 5;
constexpr std::size_t header_bytes = 8 + 6 + 1;

/// Whether the message will be within the bounds that a broker of ours has as well.
bool fits(const std::string& service, const message& body, const wire::limits& bounds) noexcept {
  return body.size() + header_frames <= bounds.max_frames &&
         body.byte_count() + service.size() + header_bytes <= bounds.max_bytes;
}

request_failure loss_by(std::optional<net::handshake_end> handshake) noexcept {
  if (!handshake)
    return request_failure::broker_lost;
  return *handshake == net::handshake_end::refused ? request_failure::refused
                                                   : request_failure::no_handshake;
}

engine::client_engine_config engine_config(const client_config& config) {
  engine::client_engine_config result;
  result.version = config.version;
  result.brokers = config.brokers.size();
  result.window = config.pipeline;
  result.max_lanes = config.lanes;
  result.pauses = config.reconnect;
  result.seed = std::random_device{}();
  return result;
}

} // namespace

client_loop::client_loop(client_config config)
    : config_(std::move(config)), engine_(engine_config(config_)), sockets_(config_, wake_) {}

bool client_loop::is_this_thread() const noexcept {
  return running_here == this;
}

// -- for everybody --------------------------------------------------------------------------------------

tl::expected<request_id, request_failure>
client_loop::start(std::string service, message body, request_options options,
                   std::function<void(request_result)> ended) {
  request_observer observer;
  engine::request_terms how;
  how.restart = !options.on_part || options.on_restart;
  if (options.on_part)
    observer.part = [on_part = std::move(options.on_part)](message part) {
      on_part(std::move(part));
      return true;
    };
  observer.restarted = std::move(options.on_restart);
  observer.ended = std::move(ended);
  return accept(std::move(service), std::move(body), options, how, std::move(observer));
}

tl::expected<request_id, request_failure>
client_loop::start_stream(std::string service, message body, const request_options& options,
                          std::function<bool(message)> part,
                          std::function<void(request_result)> ended) {
  engine::request_terms how;
  how.restart = false;
  how.alone = true;
  return accept(std::move(service), std::move(body), options, how,
                {std::move(part), {}, std::move(ended)});
}

tl::expected<request_id, request_failure> client_loop::accept(std::string service, message body,
                                                              const request_options& options,
                                                              engine::request_terms how,
                                                              request_observer observer) {
  how.timeout = options.timeout;
  how.attempts = options.attempts;
  const bool is_good = !wire::check_service_name(service, config_.limits) &&
                       fits(service, body, config_.limits) && how.timeout > duration::zero() &&
                       how.attempts >= 1;
  engine::client_question what{std::move(service), std::move(body), never};
  if (options.within) {
    const auto now = net::steady_now();
    what.deadline = *options.within > never - now ? never : now + *options.within;
  }
  const auto bytes = what.body.footprint();
  const std::lock_guard guard(mutex_);
  const auto refuse = [&](request_failure why) {
    ++statistics_.failures[static_cast<std::size_t>(why)];
    return tl::unexpected(why);
  };
  if (!is_good)
    return refuse(request_failure::bad_request);
  if (is_stopping_)
    return refuse(request_failure::cancelled);
  if (statistics_.open >= config_.max_open || bytes > config_.max_open_bytes - open_bytes_)
    return refuse(request_failure::overloaded);
  ++statistics_.open;
  open_bytes_ += bytes;
  const request_id id{++last_id_};
  push(start_command{id, std::move(what), how, std::move(observer)});
  return id;
}

/// With the mutex held.
void client_loop::push(command what) {
  // The thread itself looks into the inbox before it sleeps.
  if (inbox_.empty() && !is_this_thread())
    wake_.signal();
  inbox_.push_back(std::move(what));
}

void client_loop::go_on(request_id request) {
  const std::lock_guard guard(mutex_);
  push(go_on_command{request});
}

void client_loop::cancel(request_id request) {
  const std::lock_guard guard(mutex_);
  push(cancel_command{request});
}

void client_loop::stop() {
  const std::lock_guard guard(mutex_);
  is_stopping_ = true;
  wake_.signal();
}

client_statistics client_loop::statistics() const {
  const std::lock_guard guard(mutex_);
  return statistics_;
}

// -- the thread -------------------------------------------------------------------------------------------

void client_loop::run() {
  running_here = this;
  block_signals();
  try {
    while (take_commands())
      turn();
  } catch (...) { // no memory, or no more descriptors in the middle of something
    stop();
  }
  end_all();
  running_here = nullptr;
}

bool client_loop::take_commands() {
  std::vector<command> taken;
  bool is_stopping = false;
  {
    const std::lock_guard guard(mutex_);
    taken.swap(inbox_);
    is_stopping = is_stopping_;
    statistics_.engine = engine_.counters();
    statistics_.connections = sockets_.count();
  }
  for (auto& each : taken) {
    std::visit(
      overload{
        [&](start_command& asked) {
          requests_[asked.id] = {std::move(asked.observer), asked.what.body.footprint(), {}};
          engine_.start(asked.id, std::move(asked.what), asked.how, net::steady_now());
        },
        [&](const go_on_command& released) {
          const auto entry = requests_.find(released.id);
          if (entry == requests_.end() || !entry->second.held)
            return;
          sockets_.set_reading(*std::exchange(entry->second.held, {}), true);
          engine_.go_on(released.id, net::steady_now());
        },
        [&](const cancel_command& unwanted) { engine_.cancel(unwanted.id, net::steady_now()); },
      },
      each);
    carry_out();
  }
  return !is_stopping;
}

void client_loop::turn() {
  const bool is_there =
    sockets_.wait(next_wake(), {
                                 [this](line_id line, std::optional<wire::to_client> reply) {
                                   if (reply)
                                     engine_.handle(line, *std::move(reply), net::steady_now());
                                   else
                                     engine_.handle_invalid();
                                   carry_out();
                                 },
                                 [this](line_id line) { engine_.line_ready(line); },
                                 [this](line_id line, std::optional<net::handshake_end> why) {
                                   engine_.line_lost(line, net::steady_now(), loss_by(why));
                                   carry_out();
                                 },
                               });
  if (!is_there)
    throw std::runtime_error("the ZeroMQ context has ended");
  if (sockets_.is_woken())
    wake_.drain();
  engine_.tick(net::steady_now());
  carry_out();
}

time_point client_loop::next_wake() const {
  const std::lock_guard guard(mutex_);
  return inbox_.empty() ? engine_.next_deadline() : time_point{};
}

void client_loop::carry_out() {
  engine_.actions().drain([this](engine::client_engine::action&& action) { carry_out(action); });
}

void client_loop::carry_out(engine::client_engine::action& action) {
  using engine_t = engine::client_engine;
  std::visit(
    overload{
      [&](const engine_t::open& wanted) {
        if (!sockets_.open(wanted.line, config_.brokers[wanted.broker]))
          engine_.line_lost(wanted.line, net::steady_now());
      },
      [&](const engine_t::close& done) { sockets_.close(done.line); },
      [&](engine_t::send& out) {
        if (!sockets_.send(out.line, std::move(out.command)))
          engine_.line_lost(out.line, net::steady_now());
      },
      [&](engine_t::partial& news) { pass_on(news.request, std::move(news.body)); },
      [&](const engine_t::restarted& news) {
        if (const auto& restarted = requests_.at(news.request).observer.restarted)
          call(restarted);
      },
      [&](engine_t::finished& news) { end(news.request, std::move(news.body)); },
      [&](const engine_t::failed& news) { end(news.request, tl::unexpected(news.reason)); },
    },
    action);
}

void client_loop::pass_on(request_id request, message part) {
  auto& open = requests_.at(request);
  if (!open.observer.part)
    return;
  bool wants_more = true;
  call([&] { wants_more = open.observer.part(std::move(part)); });
  if (wants_more)
    return;
  if ((open.held = engine_.hold(request)))
    sockets_.set_reading(*open.held, false);
}

void client_loop::end(request_id request, request_result result) {
  auto open = std::move(requests_.extract(request).mapped());
  {
    const std::lock_guard guard(mutex_);
    --statistics_.open;
    open_bytes_ -= open.bytes;
    ++(result ? statistics_.answered
              : statistics_.failures[static_cast<std::size_t>(result.error())]);
  }
  call([&] { open.observer.ended(std::move(result)); });
}

/// Nothing is accepted any more.
void client_loop::end_all() {
  engine_.cancel_all();
  carry_out();
  // What was accepted at the last moment, and, had something gone wrong, whatever is left.
  std::vector<command> left;
  {
    const std::lock_guard guard(mutex_);
    left.swap(inbox_);
  }
  for (auto& each : left)
    if (auto* asked = std::get_if<start_command>(&each))
      requests_[asked->id] = {std::move(asked->observer), asked->what.body.footprint(), {}};
  while (!requests_.empty())
    end(requests_.begin()->first, tl::unexpected(request_failure::cancelled));
  const std::lock_guard guard(mutex_);
  statistics_.engine = engine_.counters();
  statistics_.connections = sockets_.count();
}

template <class Function>
void client_loop::call(Function&& function) {
  try {
    function();
  } catch (...) { // whatever it is: it is the callback's, and this thread is everybody's
    const std::lock_guard guard(mutex_);
    ++statistics_.callback_failures;
  }
}

} // namespace mdp::detail
