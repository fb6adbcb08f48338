#include "mdp/actors/io/io_actor.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/io/loop_defaults.hpp"
#include "mdp/actors/user_messages.hpp"
#include "mdp/net/descriptors.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/overload.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

namespace mdp::actors {

namespace {

/// A broker has one ROUTER for clients and workers, or one for each (7-1, 7-2); DEALERs are numbered
/// from 3.
constexpr socket_id router_socket{1};
constexpr socket_id worker_router_socket{2};

/// A user's peers at both ROUTERs count together.
io_config with_census(io_config config) {
  if (!config.peers.census)
    config.peers.census = std::make_shared<peers::plain_census>(
      peers::census_bounds{config.peers.max_peers, config.peers.max_peers_of});
  return config;
}

/// Peers have ids of their own throughout the broker: its directories take them in turns.
peers::directory_config directory_of(const io_config& config, peers::door is_for) {
  auto directory = config.peers;
  const bool are_two = !config.bind->worker_endpoints.empty();
  const std::size_t here = are_two ? 2 : 1;
  directory.first_id = 1 + here * config.shard.index;
  directory.id_step = here * config.shard.count;
  if (!are_two)
    return directory;
  directory.is_for = is_for;
  directory.first_id += is_for == peers::door::clients ? 0 : 1;
  return directory;
}

/// All descriptors but those that are used otherwise.
std::size_t max_connections(std::size_t loops) {
  const auto limit = net::descriptor_limit();
  const auto reserved =
    defaults::reserved_descriptors + (loops - 1) * defaults::descriptors_of_loop;
  return limit - std::min(limit / 2, reserved);
}

/// A ROUTER's share. Half of its connections are for those who are through.
peers::handshake_limits handshakes_of(const peers::handshake_limits& all, std::size_t routers,
                                      std::size_t connections) {
  constexpr std::size_t one = 1;
  const auto most = connections / 2;
  return {std::max(one, std::min(all.total / routers, most)),
          std::max(one, std::min(all.by_address / routers, most))};
}

} // namespace

io_state::io_state(handle::pointer self, io_config config, io::loop_host& host)
    : self_(self),
      config_(with_census(std::move(config))),
      outbox_(&host.start(handle{self})),
      router_(self, directory_of(config_, peers::door::clients), config_.counters),
      dealers_(self, config_.sockets, config_.limits, config_.worker) {
  router_.use_outbox(*outbox_);
  router_.use_socket(router_socket);
  router_.use_list(!config_.bind->users.is_anybody());
  if (!config_.bind->worker_endpoints.empty()) {
    workers_.emplace(self, directory_of(config_, peers::door::workers), config_.counters);
    workers_->use_outbox(*outbox_);
    workers_->use_socket(worker_router_socket);
    workers_->use_list(!config_.bind->users.is_anybody());
  }
  dealers_.use_outbox(*outbox_);
}

io_state::~io_state() {
  if (!loop_is_over_)
    std::ignore = outbox_->push(io::stop_loop{});
}

io_actor::behavior_type io_state::make_behavior() {
  return {
    [this](loop_reported& news) { on(news); }, // usually past this table (`frequent`)
    [this](stop) {
      stopping_ = true; // behind everything that was sent before; ends with loop_ended
      std::ignore = outbox_->push(io::stop_loop{config_.flush_grace});
    },
    [this](const loop_ended& news) { on_loop_ended(news); },
    [this](serve_peers& openers) { serve(openers); },
    [this](doors_opened& doors) { on_doors_opened(doors); },
    [this](const peer_ended& news) { router_of(news.peer).end(news); },
    [this](const release_peer& request) { router_of(request.peer).release(request); },
    [this](deadline_due) {
      router_.probe();
      if (workers_)
        workers_->probe();
    },
    [this](open_socket& request) { dealers_.open(request, socket_id{++last_socket_}); },
    [this](send_on_socket& request) { dealers_.send(request); },
    [this](const close_owned_socket& request) { dealers_.close(request); },
    [this](keys_changed) { review_users(); },
  };
}

void io_state::on(loop_reported& batch) {
  for (auto& report : batch.reports)
    std::visit(
      overload{
        [&](io::router_input& input) { router_with(input.socket)->on_input(input, batch.credit); },
        [&](io::worker_input& input) { dealers_.on_worker_input(input, batch.credit); },
        [&](const io::invalid_input& input) {
          auto* const router = router_with(input.socket);
          router != nullptr ? router->on_invalid(input) : dealers_.on_invalid(input);
        },
        [&](const io::peer_unreachable& news) {
          auto* const router = router_with(news.socket);
          router != nullptr ? router->on_unreachable(news) : dealers_.on_unreachable(news);
        },
        [&](const io::connections_lost& news) {
          router_with(news.socket)->on_connections_lost(news);
        },
        [&](const io::accept_failed& news) { router_.on_accept_failed(news); },
        [&](const io::connections_refused& news) { router_.on_refused(news); },
        [&](const io::handshakes_ended& news) { router_.on_handshakes_ended(news); },
        [&](const io::admission_refused& news) { router_.on_not_admitted(news); },
        [&](const io::connections_endless& news) { router_.on_endless(news); },
        [&](const io::users_removed& news) { router_.on_users_removed(news); },
        [&](const io::bound& news) { on_bound(news); },
        [&](const io::bind_failed& news) { on_bind_failed(news); },
        [&](const io::connected& news) { dealers_.on_connected(news); },
        [&](const io::connect_failed& news) { dealers_.on_connect_failed(news); },
        [&](const io::handshake_failed& news) { dealers_.on_handshake_failed(news); },
      },
      report);
}

void io_state::serve(serve_peers& openers) {
  const bool first = !is_serving_;
  is_serving_ = true;
  other_loops_ = std::move(openers.other_loops);
  if (workers_)
    workers_->use_openers(openers);
  router_.use_openers(std::move(openers));
  if (first && is_guarded()) // before anybody can connect
    guard();
  if (config_.shard.index > 0)
    return open_routers(); // if it is known where
  if (!first)
    return tell_other_loops();
  open_router(router_socket, {router_socket, config_.bind->endpoints, {}});
  if (workers_)
    open_router(worker_router_socket, {worker_router_socket, config_.bind->worker_endpoints, {}});
}

/// The first loop says it again when the broker's branch was restarted: then it is no news here.
void io_state::on_doors_opened(doors_opened& doors) {
  doors_ = std::move(doors);
  if (is_serving_)
    open_routers();
}

void io_state::open_routers() {
  const auto doors = std::exchange(doors_, std::nullopt);
  if (!doors || std::exchange(has_opened_, true))
    return;
  open_router(router_socket, doors->everybody);
  if (workers_)
    open_router(worker_router_socket, doors->workers);
}

void io_state::tell_other_loops() {
  if (doors_)
    for (const auto& loop : other_loops_)
      tell(self_, loop, *doors_);
}

void io_state::guard() {
  const auto offered = config_.sockets.curve.is_on()   ? security::mechanism::curve
                       : config_.sockets.plain.is_on() ? security::mechanism::plain
                                                       : security::mechanism::null;
  const auto& users = config_.bind->users;
  std::ignore = outbox_->push(
    io::guard_sockets{router_socket,
                      {std::string(net::zap_domain), config_.bind->addresses, offered, users.keys},
                      config_.bind->passwords});
}

/// Of all the broker's loops.
std::size_t io_state::routers() const noexcept {
  return (workers_ ? 2 : 1) * config_.shard.count;
}

void io_state::open_router(socket_id socket, const io::bound& door) {
  ++unbound_;
  auto options = config_.sockets;
  options.is_guarded = is_guarded();
  const auto connections = max_connections(config_.shard.count) / routers(); // a share for each
  io::open_router command{socket,
                          door.endpoints,
                          options,
                          config_.limits,
                          connections,
                          config_.max_unfinished_bytes / routers(),
                          config_.bind->users,
                          handshakes_of(config_.handshakes, routers(), connections)};
  command.is_shared = config_.shard.count > 1 && config_.shard.index == 0;
  command.listeners = door.listeners;
  std::ignore = outbox_->push(std::move(command));
}

/// By CURVE and PLAIN always: it is the handler that says who somebody is.
bool io_state::is_guarded() const noexcept {
  return !config_.bind->addresses.empty() || config_.sockets.curve.is_on() ||
         config_.sockets.plain.is_on();
}

/// First those who are known here, whose requests are given up and whose work goes to others; then
/// their connections.
void io_state::review_users() {
  if (config_.bind->users.is_anybody())
    return;
  const auto listed = config_.bind->users.now();
  router_.review(listed);
  std::ignore = outbox_->push(io::review_users{router_socket});
  if (!workers_)
    return;
  workers_->review(listed);
  std::ignore = outbox_->push(io::review_users{worker_router_socket});
}

/// Null for a DEALER.
io::router_peers* io_state::router_with(socket_id socket) {
  if (socket == router_socket)
    return &router_;
  return socket == worker_router_socket ? &*workers_ : nullptr;
}

/// Where two ROUTERs share the broker, the first has the odd ids.
io::router_peers& io_state::router_of(peer_id peer) {
  return workers_ && peer.value % 2 == 0 ? *workers_ : router_;
}

void io_state::on_bound(const io::bound& report) {
  auto& bind = *config_.bind;
  const bool is_for_all = report.socket == router_socket;
  (is_for_all ? bind.endpoints : bind.worker_endpoints) = report.endpoints;
  if (!report.listeners.empty())
    (is_for_all ? opening_.everybody : opening_.workers) = report;
  if (--unbound_ > 0)
    return;
  if (!report.listeners.empty()) {
    doors_ = std::exchange(opening_, {});
    tell_other_loops();
  }
  if (const auto notify = std::exchange(bind.on_first_bind, nullptr))
    notify(nullptr);
}

void io_state::on_bind_failed(const io::bind_failed& report) {
  auto& bind = *config_.bind;
  if (const auto notify = std::exchange(bind.on_first_bind, nullptr)) {
    const bind_error failure{report.endpoint, report.error};
    return notify(&failure); // whoever started us decides; we wait for the stop
  }
  // The port was ours before the last restart and the old socket may still be closing: try again
  // after our supervisor's pause, as often as it allows.
  spdlog::warn("cannot bind {} again: {}", report.endpoint, report.error.message());
  end_failed(self_);
}

void io_state::on_loop_ended(const loop_ended& news) {
  loop_is_over_ = true;
  if (stopping_ && news.reason == io::loop_end::stopped)
    return end_normally(self_);
  spdlog::error("the socket loop has ended: {}", news.what.empty() ? "terminated" : news.what);
  end_failed(self_);
}

} // namespace mdp::actors
