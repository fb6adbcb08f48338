#include "conformance/little_broker.hpp"

#include "mdp/conformance/raw_peer.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace mdp::test {

using namespace conformance;
using namespace std::chrono_literals;
using defect = broker_defect;

namespace {

constexpr auto turn = 20ms;
constexpr std::size_t longest_name = 255;

struct job {
  version spoken{};
  std::string client;
  std::string service;
  frames body;
};

struct worker {
  version spoken{};
  std::string service;
  std::vector<job> held;
  bool said_partial = false;
  bool is_dead = false;
  time_point heard{};
  time_point sent{};
  time_point beaten{};
  std::uint64_t used = 0;
};

} // namespace

class little_broker::running {
public:
  running(defect wrong, std::chrono::milliseconds heartbeat, std::string& endpoint)
      : wrong_(wrong), interval_(heartbeat), socket_(context_, zmq::socket_type::router) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.bind("tcp://127.0.0.1:*");
    endpoint = socket_.get(zmq::sockopt::last_endpoint);
    thread_ = std::thread([this] { run(); });
  }

  ~running() {
    stopping_ = true;
    thread_.join();
  }

private:
  void run() {
    while (!stopping_) {
      // All that is there, before the clock is looked at: if we were late, the heartbeats are, too.
      for (auto until = net::steady_now() + turn; wait_for_input(socket_, until); until = {}) {
        auto message = take_message(socket_);
        const auto from = message.front();
        message.erase(message.begin());
        if (message.size() == 1 && wrong_ == defect::dies_of_one_frame)
          return socket_.close();
        is_deaf_ = is_deaf_ || (message.size() == 1 && wrong_ == defect::deaf_after_one_frame);
        if (!is_deaf_)
          on_message(from, message);
      }
      if (!is_deaf_)
        tick(net::steady_now());
    }
  }

  /// Who was asleep itself cannot know who was silent: everybody gets one more interval.
  void forgive_after_sleep(time_point now) {
    if (now - ticked_ > 2 * interval_)
      for (auto& each : workers_)
        each.second.heard = std::max(each.second.heard, now - patience_ + interval_);
    ticked_ = now;
  }

  // -- reading ----------------------------------------------------------------------------------------

  void on_message(const std::string& from, const frames& message) {
    const bool is_delimited = message.front().empty();
    const std::size_t start = is_delimited ? 1 : 0;
    const auto header = message.size() > start ? message[start] : std::string();
    const auto rest_at = [&](std::size_t at) {
      return frames(message.begin() + static_cast<std::ptrdiff_t>(std::min(at, message.size())),
                    message.end());
    };
    if (header == "MDPC01" && is_delimited)
      on_request(version::v0_1, from, rest_at(2));
    else if (header == "MDPC02" && !is_delimited && message.size() > 1 && message[1] == "\x01")
      on_request(version::v0_2, from, rest_at(2));
    else if (header == "MDPW01" && is_delimited)
      on_worker(version::v0_1, from, message);
    else if (header == "MDPW02" && !is_delimited)
      on_worker(version::v0_2, from, message);
    else
      on_invalid(from);
  }

  static bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= longest_name && name.front() != '\0';
  }

  void on_invalid(const std::string& from) {
    if (workers_.contains(from))
      expel(from);
  }

  void on_request(version v, const std::string& from, frames rest) {
    const std::size_t least = wrong_ == defect::needs_no_body ? 1 : 2;
    if (rest.size() < least || !is_name(rest.front()))
      return;
    job asked{v, from, rest.front(), {rest.begin() + 1, rest.end()}};
    clients_[from] = {v, asked.service};
    if (is_reserved(asked.service) &&
        !(wrong_ == defect::leaves_mmi_open && has_worker(asked.service)))
      return on_mmi(asked);
    if (wrong_ == defect::does_not_queue && !has_worker(asked.service))
      return;
    last_client_ = from;
    const auto service = asked.service;
    enqueue(std::move(asked));
    dispatch(service);
  }

  void on_mmi(const job& asked) {
    if (asked.service != "mmi.service") {
      if (wrong_ != defect::no_501)
        reply(asked.client, asked.spoken, asked.service, {"501"}, true);
      return;
    }
    bool found = has_worker(asked.body.front());
    found = (found || wrong_ == defect::finds_everything) && wrong_ != defect::finds_nothing;
    reply(asked.client, asked.spoken, asked.service, {found ? "200" : "404"}, true);
  }

  void on_worker(version v, const std::string& from, const frames& message) {
    auto read = read_worker_message(v, message);
    if (wrong_ == defect::swaps_codes && v == version::v0_2)
      read.what = read.what == command::heartbeat    ? command::disconnect
                  : read.what == command::disconnect ? command::heartbeat
                                                     : read.what;
    const auto known = workers_.find(from);
    if (known != workers_.end() && !known->second.is_dead &&
        (wrong_ != defect::only_beats_count || read.what == command::heartbeat))
      known->second.heard = net::steady_now();
    switch (read.what) {
    case command::ready:
      return read.rest.size() == 1 && is_name(read.address) ? on_ready(v, from, read.address)
                                                            : on_invalid(from);
    case command::heartbeat:
      if (known == workers_.end() && read.rest.empty())
        on_stranger(v, from);
      return;
    case command::disconnect:
      if (wrong_ == defect::ignores_disconnect && known != workers_.end())
        return;
      gone_.insert(from);
      return remove(from);
    case command::partial:
    case command::final:
      return on_answer(v, from, read);
    default:
      return on_invalid(from);
    }
  }

  void on_ready(version v, const std::string& from, const std::string& service) {
    if (workers_.contains(from)) {
      if (wrong_ != defect::takes_ready_twice)
        expel(from);
      return;
    }
    gone_.erase(from);
    if (is_reserved(service) && wrong_ != defect::leaves_mmi_open) {
      gone_.insert(from);
      return say(v, from, worker_disconnect(v));
    }
    const auto now = net::steady_now();
    workers_[from] = {v, service, {}, false, false, now, now, now, 0};
    if (wrong_ == defect::answers_ready)
      say(v, from, worker_ready(v, service));
    dispatch(service);
  }

  void on_stranger(version v, const std::string& from) {
    if (wrong_ == defect::tolerates_strangers || !gone_.insert(from).second)
      return;
    say(v, from, worker_disconnect(v));
  }

  void on_answer(version v, const std::string& from, worker_message& read) {
    const bool is_whole = read.rest.size() >= 3 && !read.address.empty() && read.rest[1].empty();
    const bool will_do = wrong_ == defect::needs_no_delimiter && read.rest.size() == 2;
    if (!is_whole && !will_do)
      return on_invalid(from);
    const auto known = workers_.find(from);
    if (known == workers_.end())
      return on_stranger(v, from);
    auto& held = known->second.held;
    const bool is_final = read.what == command::final;
    const auto mine = std::find_if(held.begin(), held.end(),
                                   [&](const job& j) { return j.client == read.address; });
    if (mine == held.end()) {
      const bool passes =
        wrong_ == (held.empty() ? defect::passes_idle_answers : defect::trusts_addresses);
      if (!passes)
        return expel(from);
      const auto& [spoken, service] = clients_[read.address];
      reply(read.address, spoken, service, read.body, is_final);
      return;
    }
    const auto answered = *mine;
    if (is_final)
      held.erase(mine);
    known->second.said_partial = !is_final;
    reply(wrong_ == defect::mixes_up_clients ? last_client_ : answered.client, answered.spoken,
          answered.service, read.body, is_final);
    dispatch(answered.service);
  }

  // -- deciding ---------------------------------------------------------------------------------------

  [[nodiscard]] bool is_reserved(const std::string& service) const {
    return service.starts_with(wrong_ == defect::reserves_too_much ? "m" : "mmi.");
  }

  [[nodiscard]] bool has_worker(const std::string& service) const {
    return std::any_of(workers_.begin(), workers_.end(), [&](const auto& each) {
      return each.second.service == service && !each.second.is_dead;
    });
  }

  void enqueue(job asked) {
    auto& turns = waiting_[asked.service];
    const auto same = std::find_if(turns.begin(), turns.end(), [&](const std::deque<job>& each) {
      return each.front().client == asked.client || wrong_ == defect::first_come_first_served;
    });
    if (same != turns.end())
      same->push_back(std::move(asked));
    else
      turns.push_back({std::move(asked)});
  }

  [[nodiscard]] bool is_free(const worker& each) const {
    return !each.is_dead && (each.held.empty() || wrong_ == defect::overloads ||
                             (wrong_ == defect::partial_frees && each.said_partial));
  }

  void dispatch(const std::string& service) {
    for (auto& turns = waiting_[service]; !turns.empty();) {
      auto chosen = workers_.end();
      for (auto each = workers_.begin(); each != workers_.end(); ++each)
        if (each->second.service == service && is_free(each->second) &&
            (chosen == workers_.end() || each->second.used < chosen->second.used))
          chosen = each;
      if (chosen == workers_.end())
        return;
      auto turn = std::move(turns.front());
      turns.pop_front();
      give(chosen->first, chosen->second, std::move(turn.front()));
      turn.pop_front();
      if (!turn.empty())
        wrong_ == defect::first_come_first_served ? turns.push_front(std::move(turn))
                                                  : turns.push_back(std::move(turn));
    }
  }

  void give(const std::string& id, worker& to, job work) {
    auto request = worker_request(to.spoken, work.client, shortened(work.body));
    if (wrong_ == defect::repeats_address)
      request.insert(request.begin() + (to.spoken == version::v0_1 ? 3 : 2), work.client);
    to.used = ++uses_;
    to.said_partial = false;
    to.held.push_back(std::move(work));
    say(to.spoken, id, request);
  }

  void expel(const std::string& id) {
    say(workers_[id].spoken, id, worker_disconnect(workers_[id].spoken));
    gone_.insert(id);
    remove(id);
  }

  void remove(const std::string& id) {
    const auto known = workers_.find(id);
    if (known == workers_.end())
      return;
    const auto gone = std::move(known->second);
    workers_.erase(known);
    if (wrong_ == defect::forgets_requests)
      return;
    for (const auto& each : gone.held)
      enqueue(each);
    dispatch(gone.service);
  }

  void tick(time_point now) {
    forgive_after_sleep(now);
    std::vector<std::string> lost;
    for (auto& [id, each] : workers_) {
      if (now - each.heard > patience_ && !each.is_dead && wrong_ != defect::never_expires)
        lost.push_back(id);
      const auto& since = wrong_ == defect::beats_always ? each.beaten : each.sent;
      const bool is_mute =
        wrong_ == defect::never_beats || (wrong_ == defect::silent_to_busy && !each.held.empty());
      if (now - since < interval_ || is_mute)
        continue;
      each.beaten = now;
      auto beat = worker_heartbeat(each.spoken);
      if (wrong_ == defect::long_heartbeats)
        beat.emplace_back("boom");
      say(each.spoken, id, beat);
    }
    for (const auto& id : lost)
      if (wrong_ == defect::beats_for_the_dead)
        workers_[id].is_dead = true;
      else
        expel(id);
  }

  // -- writing ----------------------------------------------------------------------------------------

  [[nodiscard]] frames shortened(frames body) const {
    if (wrong_ == defect::drops_body_frames && body.size() > 1)
      body.resize(1);
    return body;
  }

  void reply(const std::string& client, version v, const std::string& service, const frames& body,
             bool is_final) {
    if (v == version::v0_1 && !is_final)
      return;
    auto message = is_final ? client_final(v, service, shortened(body))
                            : client_partial(service, shortened(body));
    if (v == version::v0_2 && wrong_ == defect::delimits_v0_2)
      message.insert(message.begin(), "");
    const bool twice = wrong_ == defect::replies_twice && is_final && !is_reserved(service);
    for (int i = 0; i < (twice ? 2 : 1); ++i)
      static_cast<void>(send_message(socket_, join({client}, message)));
  }

  void say(version v, const std::string& id, frames message) {
    if (const auto known = workers_.find(id); known != workers_.end())
      known->second.sent = net::steady_now();
    if (v == version::v0_2 && wrong_ == defect::swaps_codes && message.size() == 2)
      message = message == worker_heartbeat(v) ? worker_disconnect(v) : worker_heartbeat(v);
    static_cast<void>(send_message(socket_, join({id}, message)));
  }

  defect wrong_;
  duration interval_;
  duration patience_ = 4 * interval_;
  zmq::context_t context_;
  zmq::socket_t socket_;
  bool is_deaf_ = false;
  std::map<std::string, worker> workers_;
  std::set<std::string> gone_; // after a DISCONNECT, in either direction
  std::map<std::string, std::deque<std::deque<job>>> waiting_; // a turn for each client
  std::map<std::string, std::pair<version, std::string>> clients_;
  std::string last_client_;
  std::uint64_t uses_ = 0;
  time_point ticked_ = net::steady_now();
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

little_broker::little_broker(broker_defect defect)
    : defect_(defect), running_(std::make_unique<running>(defect, heartbeat(), endpoint_)) {}

std::chrono::milliseconds little_broker::heartbeat() const noexcept {
  return defect_ == defect::swaps_codes ? 500ms : 100ms;
}

little_broker::~little_broker() = default;

} // namespace mdp::test
