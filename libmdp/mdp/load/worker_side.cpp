#include "mdp/load/worker_side.hpp"

#include "mdp/net/endpoint.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

namespace mdp::load {

worker_side::worker_side(stage& shared, std::size_t first, std::size_t step)
    : shared_(shared), dialect_(shared.set.spoken), first_(first), step_(step) {
  for (auto number = first; number < shared.set.workers; number += step) {
    workers_.push_back(std::make_unique<worker>());
    connect(workers_.size() - 1);
  }
}

void worker_side::connect(std::size_t place) {
  const auto& set = shared_.set;
  auto& who = *workers_[place];
  who.jobs.clear();
  who.socket = make_socket(shared_);
  if (net::connect(who.socket, set.worker_endpoint.empty() ? set.endpoint : set.worker_endpoint))
    throw zmq::error_t();
  ready_.add(who.socket, place);
  dialect_.ready(set.service_of(first_ + place * step_), set.capacity, who.out);
  if (!who.out.empty() && !send_all(who.socket, who.out))
    unfinished_.push_back(place); // it goes out with the first turn
}

void worker_side::run() {
  auto next_beat = net::steady_now() + defaults::heartbeat;
  while (!shared_.is(phase::over)) {
    const duration longest = is_ahead_ ? defaults::parts_look : defaults::tick;
    for (const auto place : ready_.wait(net::steady_now() + longest, unfinished_))
      if (turn(place))
        unfinished_.push_back(place);
    if (std::exchange(is_ahead_, false))
      for (std::size_t place = 0; place < workers_.size(); ++place)
        if (turn(place))
          unfinished_.push_back(place);
    if (const auto now = net::steady_now(); now >= next_beat) {
      next_beat = now + defaults::heartbeat;
      beat();
    }
  }
  for (const auto& who : workers_) {
    net::set_linger(who->socket,
                    std::chrono::duration_cast<std::chrono::milliseconds>(defaults::farewell));
    dialect_.disconnect(in_);
    if (!in_.empty())
      std::ignore = send_all(who->socket, in_);
  }
}

void worker_side::beat() {
  for (std::size_t place = 0; place < workers_.size(); ++place) {
    frames message;
    dialect_.heartbeat(message);
    if (message.empty())
      return;
    if (workers_[place]->out.empty()) // otherwise it is heard of anyway
      std::ignore = send_all(workers_[place]->socket, message);
    unfinished_.push_back(place); // sending swallows the news that something came
  }
}

/// Sends what the jobs are due, as long as there is room and the clients come along.
void worker_side::answer(worker& who) {
  for (;;) {
    if (!who.out.empty() && !send_all(who.socket, who.out))
      return;
    if (who.jobs.empty())
      return;
    auto& first = who.jobs.front();
    const bool is_last = first.parts_left == 0;
    if (!is_last && shared_.parts_sent.load(std::memory_order_relaxed) >=
                      shared_.parts_taken.load(std::memory_order_relaxed) + defaults::parts_ahead) {
      is_ahead_ = true;
      return;
    }
    dialect_.answer_to(first, who.out);
    if (is_last) {
      who.jobs.pop_front();
      continue;
    }
    --first.parts_left;
    shared_.parts_sent.fetch_add(1, std::memory_order_relaxed);
  }
}

bool worker_side::turn(std::size_t place) {
  auto& who = *workers_[place];
  for (std::size_t count = 0; count < defaults::turn_messages; ++count) {
    answer(who);                       // what finds no room waits for the news that there is some
    if (!receive_all(who.socket, in_)) // which swallows the news that there is room again
      return !who.out.empty() && who.socket.get(zmq::sockopt::events) != 0;
    job made;
    switch (dialect_.read_at_worker(in_, made)) {
    case worker_news::request:
      made.parts_left = shared_.is(phase::starting) ? 0 : shared_.set.parts;
      who.jobs.push_back(std::move(made));
      break;
    case worker_news::heartbeat:
      break;
    case worker_news::disconnect:
      tally_.count(trouble::worker_disconnected);
      ++shared_.failed;
      connect(place);
      break;
    case worker_news::nonsense:
      tally_.count(trouble::worker_not_mdp);
      ++shared_.failed;
      break;
    }
  }
  return true;
}

} // namespace mdp::load
