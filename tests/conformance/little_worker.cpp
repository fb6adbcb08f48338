#include "conformance/little_worker.hpp"

#include "mdp/conformance/raw_peer.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace mdp::test {

using namespace conformance;
using namespace std::chrono_literals;
using defect = worker_defect;

namespace {

constexpr auto interval = little_worker::heartbeat;
constexpr auto patience = 4 * interval;
constexpr auto turn = 20ms;
constexpr auto slow = 3 * interval;

} // namespace

class little_worker::running {
public:
  running(std::string broker, version v, defect wrong, std::string identity)
      : broker_(std::move(broker)), v_(v), wrong_(wrong), identity_(std::move(identity)) {
    thread_ = std::thread([this] { run(); });
  }

  ~running() {
    stopping_ = true;
    thread_.join();
  }

private:
  void run() {
    while (!stopping_ && !has_left_)
      talk();
  }

  /// One conversation, on a socket of its own.
  void talk() {
    socket_ = zmq::socket_t(context_, zmq::socket_type::dealer);
    // What crosses a DISCONNECT leaves, though its socket is closed.
    socket_.set(zmq::sockopt::linger, wrong_ == defect::crosses_disconnect ? 1000 : 0);
    if (!identity_.empty())
      socket_.set(zmq::sockopt::routing_id, identity_);
    socket_.connect(broker_);
    heard_ = ticked_ = net::steady_now();
    is_over_ = false;
    say_ready();
    while (!stopping_ && !is_over_) {
      // All that is there, before the clock is looked at: if we were late, the heartbeats are, too.
      for (auto until = net::steady_now() + turn; !is_over_ && wait_for_input(socket_, until);
           until = {})
        on_message(take_message(socket_));
      if (!is_over_)
        tick(net::steady_now());
    }
    socket_.close();
  }

  void on_message(const frames& message) {
    const bool is_delimited = message.front().empty();
    auto read = read_worker_message(v_, message);
    const bool is_request = read.what == command::request && read.rest.size() >= 3 &&
                            !read.address.empty() && read.rest[1].empty();
    const bool is_bare =
      (read.what == command::heartbeat || read.what == command::disconnect) && read.rest.empty();
    if (is_delimited != (v_ == version::v0_1) || !(is_request || is_bare)) {
      is_over_ = has_left_ = wrong_ == defect::dies_of_nonsense;
      return; // dropped (7-31)
    }
    if (wrong_ != defect::only_beats_count || read.what == command::heartbeat)
      heard_ = net::steady_now();
    if (is_request)
      return answer(read);
    if (read.what == command::heartbeat || wrong_ == defect::ignores_disconnect)
      return;
    if (wrong_ == defect::same_socket)
      return say_ready();
    if (wrong_ == defect::crosses_disconnect)
      say_ready();
    has_left_ = wrong_ == defect::never_returns;
    is_over_ = true;
  }

  void answer(const worker_message& request) {
    if (wrong_ == defect::silent_while_busy)
      std::this_thread::sleep_for(slow);
    const auto address = wrong_ == defect::own_address ? "somebody" : request.address;
    auto body = request.body;
    if (wrong_ == defect::drops_body)
      body.clear();
    if (v_ == version::v0_2)
      say(worker_partial(request.address, {"a part"}));
    auto message = worker_final(v_, address, body);
    if (wrong_ == defect::drops_delimiter)
      message.erase(message.begin() + (v_ == version::v0_1 ? 4 : 3));
    say(message);
    if (wrong_ == defect::answers_twice)
      say(message);
  }

  void tick(time_point now) {
    if (now - ticked_ > 2 * interval) // who was asleep itself cannot know who was silent
      heard_ = std::max(heard_, now - patience + interval);
    ticked_ = now;
    if (now - heard_ > patience && wrong_ != defect::ignores_silence) {
      has_left_ = wrong_ == defect::leaves_for_good;
      is_over_ = true;
      return;
    }
    if (now - (wrong_ == defect::beats_always ? beaten_ : sent_) < interval ||
        wrong_ == defect::never_beats)
      return;
    beaten_ = now;
    if (wrong_ == defect::repeats_ready)
      say_ready();
    auto beat = worker_heartbeat(v_);
    if (wrong_ == defect::long_heartbeats)
      beat.emplace_back("boom");
    say(beat);
  }

  void say_ready() {
    auto ready = worker_ready(v_, "little");
    if (wrong_ == defect::long_ready)
      ready.emplace_back("and more");
    say(ready);
  }

  void say(const frames& message) {
    sent_ = net::steady_now();
    static_cast<void>(send_message(socket_, message));
  }

  std::string broker_;
  version v_;
  defect wrong_;
  std::string identity_;
  zmq::context_t context_;
  zmq::socket_t socket_;
  bool is_over_ = false;
  bool has_left_ = false;
  time_point heard_{};
  time_point ticked_{};
  time_point sent_{};
  time_point beaten_{};
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

little_worker::little_worker(const std::string& broker, version v, worker_defect defect,
                             const std::string& identity)
    : running_(std::make_unique<running>(broker, v, defect, identity)) {}

little_worker::~little_worker() = default;

} // namespace mdp::test
