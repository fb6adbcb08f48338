#include "mdp/conformance/worker_stage.hpp"

#include "mdp/conformance/raw_peer.hpp"
#include "mdp/net/endpoint.hpp"
#include "mdp/net/socket_options.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace mdp::conformance {

worker_stage::worker_stage(const settings& set)
    : set_(set), socket_(context_, zmq::socket_type::router) {
  socket_.set(zmq::sockopt::linger, static_cast<int>(defaults::conformance_settle.count()));
  // A worker with an identity of its own may be back before its old connection is seen to be gone.
  socket_.set(zmq::sockopt::router_handover, true);
  socket_.set(zmq::sockopt::ipv6, net::is_ipv6_literal(set_.endpoint));
  if (const auto refused = net::secure(socket_, set_.sockets))
    throw zmq::error_t(refused.value());
  socket_.bind(set_.endpoint);
  endpoint_ = net::last_endpoint(socket_);
}

time_point worker_stage::deadline() const {
  return net::steady_now() + set_.patience;
}

duration worker_stage::silence() const noexcept {
  return std::max<duration>(intervals(2), defaults::conformance_settle);
}

std::optional<worker_stage::arrival> worker_stage::next(time_point deadline) {
  for (;;) {
    const auto word_due = is_open_ && (keep_beating || talks) ? sent_at_ + set_.heartbeat : never;
    const auto due = keep_beating ? word_due : never;
    const bool has_input = wait_for_input(socket_, std::min(due, deadline));
    const auto woken = net::steady_now();
    lateness_ = std::max(lateness_, woken - std::min(word_due, woken));
    if (has_input) {
      arrival news;
      news.message = take_message(socket_);
      news.from = std::move(news.message.front());
      news.message.erase(news.message.begin());
      news.read = read_worker_message(spoken_, news.message);
      news.is_current = news.from == routing_id_;
      if (news.is_current && news.read.what == command::disconnect)
        is_open_ = false;
      return news;
    }
    const auto now = net::steady_now();
    if (now >= deadline)
      return std::nullopt;
    if (now >= due)
      beat();
  }
}

bool worker_stage::begins_anew(const arrival& news) const {
  // Identities that a ROUTER makes up begin with a zero byte, which a peer's own must not (ZMTP).
  const bool made_up = news.from.starts_with('\0');
  // Nobody promises an order between connections: what was said on a former one may be read later.
  const bool is_known = news.is_current || former_ids_.contains(news.from);
  return news.read.what == command::ready && !(is_known && made_up);
}

void worker_stage::adopt(const arrival& news) {
  former_ids_.insert(routing_id_);
  routing_id_ = news.from;
  ready_ = news.message;
  is_open_ = true;
  ++conversations_;
  beat(); // whatever it counts from, it counts from now
}

void worker_stage::await_conversation() {
  const auto until = deadline();
  while (!is_open_) {
    const auto news = next(until);
    if (!news)
      throw deviation("the worker did not come back");
    if (begins_anew(*news))
      adopt(*news);
  }
}

void worker_stage::send(const frames& message) {
  if (!send_message(socket_, join({routing_id_}, message)))
    throw deviation("the worker reads nothing more");
  sent_at_ = net::steady_now();
}

void worker_stage::disconnect() {
  send(worker_disconnect(spoken_));
  is_open_ = false;
}

worker_stage::exchange worker_stage::ask(const frames& body) {
  await_conversation();
  exchange result;
  result.address = new_address();
  const auto began = net::steady_now();
  send(worker_request(spoken_, result.address, body));
  const auto until = deadline();
  while (auto news = next(until)) {
    if (begins_anew(*news)) {
      adopt(*news);
      throw deviation("instead of an answer it began a new conversation");
    }
    if (news->is_current && is_old_answer(news->read))
      result.one_more = news->message;
    if (!news->is_current || is_old_answer(news->read))
      continue;
    switch (news->read.what) {
    case command::final:
      result.last = std::move(news->message);
      result.read = std::move(news->read);
      result.took = net::steady_now() - began;
      return result;
    case command::partial:
      result.partials.push_back(std::move(news->message));
      break;
    case command::heartbeat:
      ++result.beats;
      break;
    case command::ready:
      break; // 7-24's business
    default:
      throw deviation("instead of an answer it said " + readable(news->message));
    }
  }
  throw deviation("no answer to a REQUEST");
}

const worker_stage::silence_story& worker_stage::fall_silent() {
  if (silence_)
    return *silence_;
  await_conversation();
  beat();
  keep_beating = false;
  silence_story story;
  const auto expired_at = net::steady_now() + expiry();
  const auto until = expired_at + set_.patience;
  while (!story.came_back && story.late_word.empty()) {
    const auto looks_again = std::min(net::steady_now() + set_.heartbeat, until);
    const auto news = next(looks_again);
    const auto now = net::steady_now();
    lateness_ = std::max(lateness_, now - std::min(looks_again, now)); // read late is not said late
    if (!news && now >= until)
      break;
    if (!news)
      continue;
    if (begins_anew(*news)) {
      adopt(*news);
      story.came_back = true;
    } else if (news->is_current && now > expired_at) {
      story.late_word = readable(news->message);
    }
  }
  keep_beating = true;
  is_open_ = story.came_back || !story.late_word.empty();
  silence_ = story;
  return *silence_;
}

std::optional<version> worker_stage::wait_for_worker() {
  const auto until = deadline();
  while (true) {
    const auto first = next(until);
    if (!first)
      return std::nullopt;
    for (const auto v : {version::v0_1, version::v0_2}) {
      const auto read = read_worker_message(v, first->message);
      if (read.what == command::none)
        continue;
      spoken_ = v;
      adopt(*first);
      if (read.what == command::ready)
        return v;
      disconnect(); // it believes to be known from before; a broker that began anew says so (7-30)
    }
  }
}

std::string worker_stage::reason_to_skip(version v) const {
  return v == spoken_ ? std::string() : "the worker speaks MDP " + std::string(to_string(spoken_));
}

bool worker_stage::is_lost() {
  keep_beating = true;
  const auto began = conversations_;
  const bool was_open =
    std::exchange(is_open_, true); // it may not have taken DISCONNECT for the end
  if (answers())
    return false;
  if (!was_open && began == conversations_)
    is_open_ = false;
  return !answers();
}

duration worker_stage::take_lateness() {
  if (lateness_ > set_.heartbeat)
    silence_.reset();
  return std::exchange(lateness_, duration::zero());
}

bool worker_stage::answers() {
  try {
    std::ignore = ask({"are you still there?"});
    return true;
  } catch (const deviation&) {
    return false;
  }
}

bool worker_stage::is_old_answer(const worker_message& read) const {
  const bool is_answer = read.what == command::final || read.what == command::partial;
  return is_answer && read.address != addresses_.back() &&
         std::find(addresses_.begin(), addresses_.end(), read.address) != addresses_.end();
}

const std::string& worker_stage::new_address() {
  // As a ROUTER makes them up: a zero byte first, and others that are no text.
  constexpr std::string_view start{"\0\xc1\xff\r", 4};
  return addresses_.emplace_back(std::string(start) + std::to_string(addresses_.size() + 1));
}

} // namespace mdp::conformance
