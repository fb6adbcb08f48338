#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/counters.hpp"
#include "mdp/actors/io/dealer_sockets.hpp"
#include "mdp/actors/io/loop_host.hpp"
#include "mdp/actors/io/router_peers.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/actors/worker_counters.hpp"
#include "mdp/net/socket_config.hpp"
#include "mdp/peers/open_handshakes.hpp"
#include "mdp/peers/peer_defaults.hpp"
#include "mdp/peers/peer_directory.hpp"
#include "mdp/security/admitted_users.hpp"
#include "mdp/security/password_desk.hpp"
#include "mdp/wire/limits.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace mdp::actors {

/// An endpoint that could not be bound, and why.
struct bind_error {
  std::string endpoint;
  std::error_code reason;
};

struct io_config {
  net::socket_config sockets;
  wire::limits limits;
  peers::directory_config peers;
  duration flush_grace = defaults::flush_grace;
  std::uint64_t max_unfinished_bytes = defaults::unfinished_total_bytes; ///< A broker's.

  /// To be bound once a broker serves; empty in a worker's process. Shared with the
  /// actors' owner and with later incarnations of the I/O actor: what was bound with a `*` port is
  /// bound to the same port again.
  struct binding {
    std::vector<std::string> endpoints;
    /// For workers alone; empty: clients and workers share the others (7-2).
    std::vector<std::string> worker_endpoints;
    /// Who may connect, by address.
    security::address_rules addresses;
    /// Who may connect, where `sockets.curve` or `sockets.plain` is on.
    security::admitted_users users;
    /// Where their passwords are checked, for all loops; null unless they come by PLAIN.
    std::shared_ptr<security::password_desk> passwords;
    /// Called once for the first attempt, on the loop or a scheduler thread.
    std::function<void(const bind_error* failure)> on_first_bind;
  };
  std::shared_ptr<binding> bind = std::make_shared<binding>();
  peers::handshake_limits handshakes; ///< Of all ROUTERs together.
  /// Which of a broker's loops this is, and how many there are. The first opens the doors; the others
  /// accept at them, too, once they hear of it.
  struct shard {
    std::size_t index = 0;
    std::size_t count = 1;
  } shard;
  std::shared_ptr<broker_counters> counters = std::make_shared<broker_counters>();
  std::shared_ptr<worker_counters> worker = std::make_shared<worker_counters>(); ///< A worker's.
};

/// The one actor that talks to the socket loop (see `interfaces.hpp`). It decides nothing: who a
/// message is for says `router_peers` (a broker's clients and workers) or `dealer_sockets` (a
/// worker's own connections).
class io_state {
public:
  using handle = io_actor;
  static constexpr const char* name = "io";
  static constexpr run_on where = run_on::loop;
  using frequent = frequent_messages<loop_reported>;

  /// `host` must outlive the actor.
  io_state(handle::pointer self, io_config config, io::loop_host& host);
  ~io_state();
  io_state(const io_state&) = delete;
  io_state& operator=(const io_state&) = delete;

  handle::behavior_type make_behavior();
  void on(loop_reported& batch);

private:
  void on_bound(const io::bound& report);
  void on_bind_failed(const io::bind_failed& report);
  void on_loop_ended(const loop_ended& news);
  void serve(serve_peers& openers);
  void on_doors_opened(doors_opened& doors);
  void open_routers();
  void tell_other_loops();
  void guard();
  void review_users();
  [[nodiscard]] bool is_guarded() const noexcept;
  void open_router(socket_id socket, const io::bound& door);
  [[nodiscard]] std::size_t routers() const noexcept;
  [[nodiscard]] io::router_peers* router_with(socket_id socket);
  [[nodiscard]] io::router_peers& router_of(peer_id peer);

  handle::pointer self_;
  io_config config_;
  io::outbox* outbox_;
  io::router_peers router_;                 // for everybody, or for clients
  std::optional<io::router_peers> workers_; // for workers, if they have one of their own
  io::dealer_sockets dealers_;
  std::uint32_t last_socket_ = 2; // the ROUTERs'
  std::size_t unbound_ = 0;       // ROUTERs
  doors_opened opening_;          // the first of several loops': as far as they are
  std::optional<doors_opened>
    doors_; // its own, once they all are; another's until it has used them
  std::vector<io_actor> other_loops_; // which are to be told
  bool has_opened_ = false;
  bool is_serving_ = false;
  bool stopping_ = false;
  bool loop_is_over_ = false;
};

} // namespace mdp::actors
