#include "mdp/load/client_side.hpp"

#include "mdp/net/endpoint.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <string_view>
#include <tuple>
#include <utility>

namespace mdp::load {

namespace {

/// "mdp-status 4xx ..." or 5xx, in one frame.
bool is_error_reply(const frames& message, std::size_t body) {
  constexpr std::string_view prefix = "mdp-status ";
  const auto text = message[body].to_string_view();
  return message.size() == body + 1 && text.starts_with(prefix) && text.size() > prefix.size() &&
         (text[prefix.size()] == '4' || text[prefix.size()] == '5');
}

std::uint64_t random_mark() {
  std::random_device source;
  return std::uint64_t{source()} << 32U | source();
}

} // namespace

client_side::client_side(stage& shared, std::size_t first, std::size_t step)
    : shared_(shared), dialect_(shared.set.spoken), body_(shared.set.body_bytes, 'x') {
  const auto mark = random_mark();
  for (auto number = first; number < shared.set.clients; number += step) {
    auto& made = *clients_.emplace_back(std::make_unique<client>());
    made.service = shared.set.service_of(number);
    made.mark = mark + number;
    made.number = number;
    connect(made);
  }
}

client_side::~client_side() {
  watch_.reset(); // before its socket
}

void client_side::connect(client& who) {
  who.socket = make_socket(shared_);
  if (who.number == 0)
    watch_.emplace(shared_.context, who.socket);
  if (net::connect(who.socket, shared_.set.endpoint))
    throw zmq::error_t();
  ready_.add(who.socket, clients_.size() - 1);
}

void client_side::run() {
  auto next_tick = time_point{};
  while (!shared_.is(phase::over)) {
    for (const auto number : ready_.wait(next_look(net::steady_now()), unfinished_))
      if (receive(*clients_[number]))
        unfinished_.push_back(number);
    const auto now = net::steady_now();
    const bool is_tick = now >= next_tick;
    if (!is_tick && shared_.set.rate == 0)
      continue;
    if (is_tick)
      next_tick = now + defaults::tick;
    if (watch_)
      shared_.reached = watch_->look();
    for (std::size_t number = 0; number < clients_.size(); ++number) {
      auto& who = *clients_[number];
      if (is_tick)
        look_at(who, now);
      fill(who, now);
      if (receive(who)) // sending has swallowed the news that something came
        unfinished_.push_back(number);
    }
  }
}

/// When something is to be done though nothing comes.
time_point client_side::next_look(time_point now) const {
  auto next = now + defaults::tick;
  if (shared_.set.rate > 0 && !shared_.is(phase::draining))
    for (const auto& who : clients_)
      if (who->open < shared_.set.window)
        next = std::min(next, who->next_due);
  return next;
}

void client_side::look_at(client& who, time_point now) {
  if (!who.is_ready)
    return ask_first(who, now);
  expire(who, now);
  if (shared_.is(phase::draining) && who.open == 0 && !std::exchange(who.is_drained, true))
    ++shared_.drained_clients;
}

void client_side::ask_first(client& who, time_point now) {
  if (!shared_.is(phase::starting))
    return;
  if (who.requests.empty() || now - who.requests.back().heard >= defaults::first_request_again)
    std::ignore = ask(who, now, now);
}

/// One of `set.requests`, if there is a bound.
bool client_side::take_turn() {
  const auto bound = shared_.set.requests;
  if (bound == 0)
    return true;
  auto asked = shared_.asked.load();
  while (asked < bound)
    if (shared_.asked.compare_exchange_weak(asked, asked + 1))
      return true;
  return false;
}

void client_side::fill(client& who, time_point now) {
  const auto when = shared_.now.load(std::memory_order_acquire);
  if (!who.is_ready || (when != phase::warming && when != phase::measuring))
    return;
  if (shared_.set.rate == 0) {
    while (who.open < shared_.set.window && take_turn())
      if (!ask(who, now, now)) {
        if (shared_.set.requests > 0)
          --shared_.asked;
        return;
      }
    return;
  }
  const duration interval{
    static_cast<duration::rep>(duration::period::den * shared_.set.clients / shared_.set.rate)};
  if (who.next_due == never) // not all in step
    who.next_due = now + interval * who.number / shared_.set.clients;
  while (who.next_due <= now && who.open < shared_.set.window && ask(who, who.next_due, now))
    who.next_due += interval;
}

/// False when there is no room for it in the socket, which is not connected then.
bool client_side::ask(client& who, time_point due, time_point now) {
  const auto number = who.base + who.requests.size();
  if (body_.size() >= defaults::tag_bytes) {
    std::memcpy(body_.data(), &who.mark, sizeof who.mark);
    std::memcpy(body_.data() + sizeof who.mark, &number, sizeof number);
  }
  dialect_.request(who.service, text_frame(body_), out_);
  if (!send_all(who.socket, out_))
    return false;
  who.requests.push_back({due, now});
  ++who.open;
  return true;
}

bool client_side::receive(client& who) {
  for (std::size_t count = 0; count < defaults::turn_messages; ++count) {
    if (!receive_all(who.socket, in_))
      return false;
    if (const auto what = dialect_.read_answer(in_))
      take(who, *what);
    else
      count_trouble(trouble::not_mdp);
  }
  return true;
}

client_side::match client_side::find(client& who, const zmq::message_t& body,
                                     std::size_t& index) const {
  std::uint64_t mark = 0;
  std::uint64_t number = who.base; // the oldest
  if (shared_.set.body_bytes >= defaults::tag_bytes && body.size() >= defaults::tag_bytes) {
    std::memcpy(&mark, body.data(), sizeof mark);
    if (mark == who.mark)
      std::memcpy(&number, body.data<char>() + sizeof mark, sizeof number);
  }
  const bool should_echo = shared_.set.workers > 0 && who.is_ready;
  if (should_echo && (body.size() != shared_.set.body_bytes ||
                      (body.size() >= defaults::tag_bytes && mark != who.mark)))
    return match::damaged;
  if (number < who.counts_from)
    return match::not_judged;
  if (number < who.base || number - who.base >= who.requests.size() ||
      who.requests[number - who.base].is_done)
    return match::not_open;
  index = number - who.base;
  return match::open;
}

void client_side::take(client& who, const answer& what) {
  if (!what.is_final)
    shared_.parts_taken.fetch_add(1, std::memory_order_relaxed);
  const bool is_error = is_error_reply(in_, what.body);
  std::size_t index = 0; // an error says not what it is about: the oldest
  auto whose = who.requests.empty() ? match::not_open : match::open;
  if (!is_error)
    whose = find(who, in_[what.body], index);
  if (whose != match::open) {
    if (whose != match::not_judged)
      count_trouble(whose == match::damaged ? trouble::damaged : trouble::unasked);
    return;
  }
  const bool is_counted = shared_.is(phase::measuring);
  const auto now = net::steady_now();
  if (!what.is_final) {
    has_parts_ = true;
    who.requests[index].heard = now;
    if (is_counted) {
      ++tally_.parts;
      shared_.parts.fetch_add(1, std::memory_order_relaxed);
    }
    return;
  }
  if (!who.is_ready) {
    if (is_error)
      shared_.was_refused = true; // perhaps there is no worker yet: it is asked again
    else
      begin(who);
    return;
  }
  if (is_error) {
    count_trouble(trouble::error_reply);
  } else if (is_counted) {
    tally_.latency.record(now - who.requests[index].due);
    shared_.answered.fetch_add(1, std::memory_order_relaxed);
  }
  end_request(who, index);
  fill(who, now);
}

/// Its first answer has come; there may be more to what it has asked meanwhile.
void client_side::begin(client& who) {
  who.base += who.requests.size();
  who.counts_from = who.base;
  who.requests.clear();
  who.open = 0;
  who.is_ready = true;
  ++shared_.ready_clients;
}

void client_side::end_request(client& who, std::size_t index) {
  who.requests[index].is_done = true;
  --who.open;
  if (shared_.set.requests > 0)
    shared_.ended.fetch_add(1, std::memory_order_relaxed);
  while (!who.requests.empty() && who.requests.front().is_done) {
    who.requests.pop_front();
    ++who.base;
  }
}

void client_side::expire(client& who, time_point now) {
  const auto last_heard = now - shared_.set.timeout;
  for (std::size_t i = 0; i < who.requests.size();) {
    if (who.requests[i].heard > last_heard && !has_parts_)
      return;
    if (who.requests[i].is_done || who.requests[i].heard > last_heard) {
      ++i;
      continue;
    }
    count_trouble(trouble::no_answer);
    const auto before = who.requests.size();
    end_request(who, i);
    i -= std::min(i, before - who.requests.size());
  }
}

void client_side::count_trouble(trouble what) {
  tally_.count(what);
  shared_.failed.fetch_add(1, std::memory_order_relaxed);
}

} // namespace mdp::load
