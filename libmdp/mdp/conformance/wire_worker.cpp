#include "mdp/conformance/wire_worker.hpp"

#include "mdp/net/steady_now.hpp"

#include <tuple>

namespace mdp::conformance {

wire_worker::wire_worker(broker_stage& stage, version v)
    : stage_(stage), version_(v), peer_(stage.connect()) {
  stage_.enter(*this);
}

wire_worker::wire_worker(broker_stage& stage, version v, const std::string& service)
    : wire_worker(stage, v) {
  ready(service);
  stage_.await_registration(service);
}

wire_worker::~wire_worker() {
  stage_.leave(*this);
  if (registered_)
    std::ignore = peer_.send(worker_disconnect(version_));
}

void wire_worker::ready(const std::string& service) {
  send(worker_ready(version_, service));
  registered_ = true;
}

void wire_worker::disconnect() {
  send(worker_disconnect(version_));
  registered_ = false;
}

void wire_worker::send(const frames& message) {
  if (!peer_.send(message))
    throw deviation("the broker reads nothing more");
  sent_at_ = net::steady_now();
}

std::optional<frames> wire_worker::next(time_point deadline) {
  auto message = stage_.receive(peer_, deadline);
  if (message && read_worker_message(version_, *message).what == command::disconnect)
    registered_ = false; // and not a word more (7-32)
  return message;
}

held_request wire_worker::next_request(time_point deadline) {
  std::size_t beats = 0;
  while (auto message = next(deadline)) {
    auto read = read_worker_message(version_, *message);
    if (read.what == command::request)
      return {*std::move(message), std::move(read), beats};
    beats += read.what == command::heartbeat ? 1 : 0;
    if (read.what != command::heartbeat && read.what != command::ready)
      throw deviation("the worker got " + readable(*message) + " instead of a REQUEST");
  }
  throw deviation("the worker got no REQUEST");
}

void wire_worker::expect_disconnect() {
  const auto deadline = stage_.deadline();
  while (const auto message = next(deadline)) {
    const auto what = read_worker_message(version_, *message).what;
    if (what == command::heartbeat || what == command::ready)
      continue;
    return expect_same(*message, worker_disconnect(version_));
  }
  throw deviation("the worker got no DISCONNECT");
}

void wire_worker::expect_silence(duration how_long) {
  if (const auto message = next(net::steady_now() + how_long))
    throw deviation("the worker got " + readable(*message));
}

void wire_worker::expect_no_request(duration how_long) {
  const auto deadline = net::steady_now() + how_long;
  while (const auto message = next(deadline)) {
    const auto what = read_worker_message(version_, *message).what;
    if (what != command::heartbeat && what != command::ready)
      throw deviation("the worker got " + readable(*message));
  }
}

void wire_worker::expect_silence_beside(wire_worker& other) {
  const auto now = net::steady_now();
  const auto until = now + stage_.expiry();
  while (other.next(now)) // from before
    ;
  for (int beats = 0; beats < 2;) { // the first may have left in front of what should not
    const auto message = other.next(until);
    if (!message)
      break;
    beats += read_worker_message(version_, *message).what == command::heartbeat ? 1 : 0;
  }
  expect_silence(stage_.silence());
}

void wire_worker::drop_what_is_under_way() {
  stage_.prove_alive(version_);
  const auto deadline = net::steady_now() + defaults::conformance_settle;
  while (next(deadline))
    ;
}

std::size_t wire_worker::count_beats(duration how_long) {
  const auto deadline = net::steady_now() + how_long;
  std::size_t count = 0;
  while (const auto message = next(deadline)) {
    if (read_worker_message(version_, *message).what == command::ready)
      continue; // an answer to READY is item 7-25's business
    expect_same(*message, worker_heartbeat(version_));
    ++count;
  }
  return count;
}

void wire_worker::vanish() {
  registered_ = false;
  peer_.close();
}

} // namespace mdp::conformance
