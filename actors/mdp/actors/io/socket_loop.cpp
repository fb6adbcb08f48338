#include "mdp/actors/io/socket_loop.hpp"

#include "mdp/actors/io/loop_connections.hpp"
#include "mdp/actors/io/loop_defaults.hpp"
#include "mdp/actors/io/loop_receive.hpp"
#include "mdp/actors/io/loop_send.hpp"
#include "mdp/actors/io/loop_sockets.hpp"
#include "mdp/actors/io/loop_users.hpp"
#include "mdp/assert.hpp"
#include "mdp/defaults.hpp"
#include "mdp/net/steady_now.hpp"
#include "mdp/signals_blocked.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace mdp::actors::io {

/// The state of a running loop; made and ended in the loop's thread. Its end closes what is open
/// and waits for the context.
class socket_loop::body {
public:
  body(loop_sink& sink, outbox& box) : sink_(sink), outbox_(box), sockets_(box.wake()) {}

  /// Turns until it is asked to stop and everything is flushed, or the time for that is over.
  loop_end run() {
    try {
      while (!is_stopping_ || !sockets_.empty())
        turn();
    } catch (const context_terminated&) {
      return loop_end::terminated;
    }
    deliver_reports(); // what the last sends have brought up
    return loop_end::stopped;
  }

private:
  void turn() {
    wait();
    execute_commands();
    sockets_.answer_at_door(now_, reports_);
    sockets_.for_each_with_news([this](auto& socket) { take_news(socket, now_, reports_); });
    sockets_.for_each_to_look_at(
      now_, [this](auto& socket) { look_for_endless(socket, now_, reports_); });
    receive();
    retry();
    deliver_reports();
    has_pending_ = sink_.run_pending();
    // A second time, so that an answer leaves in the turn of its question; and the box is empty
    // before the next wait, which a push from this thread does not end.
    execute_commands();
    if (sockets_.is_any_closing())
      sockets_.close_due(net::steady_now(), reports_);
  }

  void wait() {
    std::optional<duration> timeout;
    has_room_ = sink_.has_room();
    const bool has_unread = has_room_ && sockets_.is_any_readable();
    // What is there is read first; the others are not asked in each turn.
    if (has_unread && ++turns_without_wait_ < defaults::turns_without_wait) {
      now_ = net::steady_now();
      return;
    }
    turns_without_wait_ = 0;
    if (has_pending_ || !reports_.empty() || has_unread)
      timeout = duration::zero();
    else if (const auto due = std::min(sockets_.next_due(), sink_.next_due()); due != never)
      timeout = std::max(due - net::steady_now(), duration::zero());
    if (!has_room_)
      timeout =
        std::min<duration>(timeout.value_or(defaults::no_room_pause), defaults::no_room_pause);
    if (has_room_ ? sockets_.wait(timeout) : sockets_.wait_without_input(*timeout))
      outbox_.wake().drain(); // before the box is emptied, see wake_fd::drain()
    now_ = net::steady_now();
  }

  void execute_commands() {
    outbox_.swap_into(commands_);
    for (auto& command : commands_)
      std::visit([this](auto& what) { execute(what); }, command);
    commands_.clear();
  }

  void execute(guard_sockets& command) {
    const auto checked = [this](std::uint64_t number, bool is_right) {
      static_cast<void>(outbox_.push(password_checked{number, is_right})); // never refused
    };
    if (auto failure = sockets_.guard(command, checked))
      reports_.push_back(*std::move(failure));
  }

  void execute(const password_checked& news) { sockets_.settle(news, now_, reports_); }

  void execute(const open_router& command) { open(command); }

  void execute(const open_dealer& command) { open(command); }

  template <class Command>
  void open(const Command& command) {
    reports_.push_back(sockets_.open(command));
    if (is_stopping_) // nobody will close it any more
      sockets_.close(command.socket, flush_until_);
  }

  void execute(const close_socket& command) {
    sockets_.close(command.socket, net::steady_now() + command.linger);
  }

  void execute(send_frames& command) {
    send_or_park(sockets_.find(command.socket), command, now_, reports_);
  }

  void execute(const forget_peer& command) {
    auto* const socket = sockets_.find(command.socket);
    if (socket == nullptr)
      return;
    if (const auto dropped = socket->backlog.forget(command.routing_id); dropped > 0)
      reports_.push_back(peer_unreachable{command.socket, peer_id{}, command.routing_id,
                                          unreachable_reason::ended, dropped, std::nullopt});
  }

  void execute(const review_users& command) {
    if (auto* const socket = sockets_.find(command.socket))
      review_connections(*socket, now_, reports_);
  }

  void execute(const stop_loop& command) {
    is_stopping_ = true;
    flush_until_ = std::min(flush_until_, net::steady_now() + command.flush_grace);
    sockets_.close_all(flush_until_);
  }

  void receive() {
    read_bytes_ = 0;
    if (!has_room_)
      return;
    receive_budget budget;
    const auto readers = sockets_.readers();
    ++turns_;
    for (std::size_t i = 0; i < readers.size(); ++i) {
      auto& socket = *readers[(turns_ + i) % readers.size()];
      if (socket.is_readable && !budget.is_spent())
        receive_some(socket, budget, now_, reports_);
    }
    read_bytes_ = budget.read_bytes;
  }

  void retry() {
    auto allowance = defaults::turn_max_messages;
    sockets_.for_each_parking(
      [&](loop_socket& socket) { retry_parked(socket, allowance, now_, reports_); });
  }

  void deliver_reports() {
    if (reports_.empty())
      return;
    auto batch = std::exchange(reports_, {});
    reports_.reserve(batch.size()); // the next turn is likely to be like this one
    sink_.on_reports(std::move(batch), std::exchange(read_bytes_, 0));
  }

  loop_sink& sink_;
  outbox& outbox_;
  loop_sockets sockets_;
  std::vector<loop_command> commands_; // keeps its memory between turns
  std::vector<loop_report> reports_;
  time_point now_{}; // of this turn
  std::size_t turns_ = 0;
  std::size_t turns_without_wait_ = 0; // in a row
  std::size_t read_bytes_ = 0;         // what the reports stand for
  bool has_pending_ = false;           // the sink has work left
  bool has_room_ = true;               // the sink takes another batch
  bool is_stopping_ = false;
  time_point flush_until_ = never;
};

socket_loop::socket_loop(loop_sink& sink) : sink_(sink) {}

socket_loop::~socket_loop() {
  if (!thread_.joinable())
    return;
  static_cast<void>(outbox_.push(stop_loop{})); // never refused
  join();
}

void socket_loop::start() {
  MDP_ASSERT(!thread_.joinable());
  const signals_blocked inherited;
  thread_ = std::thread([this] { run(); });
}

void socket_loop::join() {
  MDP_ASSERT(thread_.get_id() != std::this_thread::get_id());
  if (thread_.joinable())
    thread_.join();
}

void socket_loop::run() noexcept {
  pthread_setname_np(pthread_self(), "mdp-loop");
  outbox_.set_loop_thread(std::this_thread::get_id());
  auto reason = loop_end::failed;
  std::string what;
  try {
    body running(sink_, outbox_);
    reason = running.run();
  } catch (const std::exception& failure) {
    what = failure.what();
  } catch (...) {
    what = "something that is no std::exception was thrown";
  }
  outbox_.set_loop_thread({}); // the id may belong to another thread soon
  sink_.on_stopped(reason, std::move(what));
}

} // namespace mdp::actors::io
