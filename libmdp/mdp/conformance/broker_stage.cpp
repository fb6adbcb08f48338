#include "mdp/conformance/broker_stage.hpp"

#include "mdp/conformance/wire_client.hpp"
#include "mdp/conformance/wire_worker.hpp"
#include "mdp/net/steady_now.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

namespace mdp::conformance {

namespace {

std::string random_id() {
  std::random_device dice;
  return std::to_string(dice() % 1'000'000);
}

} // namespace

broker_stage::broker_stage(const settings& set) : set_(set), run_id_(random_id()) {}

time_point broker_stage::deadline() const {
  return net::steady_now() + set_.patience;
}

duration broker_stage::silence() const noexcept {
  return std::max<duration>(intervals(2), defaults::conformance_settle);
}

duration broker_stage::reading_time() const noexcept {
  return std::min<duration>(defaults::conformance_settle, set_.heartbeat / 2);
}

raw_peer broker_stage::connect(zmq::socket_type type) {
  raw_peer peer(context_, set_.endpoint, set_.sockets, type);
  const auto until = deadline();
  while (!peer.is_connected_by(std::min(beat_all(), until)))
    if (net::steady_now() >= until)
      throw deviation("the broker accepts no connection");
  return peer;
}

std::optional<frames> broker_stage::receive(raw_peer& peer, time_point deadline) {
  for (;;) {
    const auto next_beat = beat_all();
    auto message = peer.receive(std::min(next_beat, deadline));
    note_late_beats();
    if (message) {
      note_late_words(); // not while nothing comes: who talks may be waiting for the broker's word
      return message;
    }
    if (net::steady_now() >= deadline)
      return std::nullopt;
  }
}

void broker_stage::pause(duration how_long) {
  const auto until = net::steady_now() + how_long;
  for (auto now = net::steady_now(); now < until; now = net::steady_now())
    std::this_thread::sleep_for(std::min(beat_all(), until) - now);
}

void broker_stage::note_late_beats() {
  const auto now = net::steady_now();
  for (const auto* worker : workers_)
    lateness_ = std::max(lateness_, now - std::min(worker->beat_due(), now));
}

void broker_stage::note_late_words() {
  const auto now = net::steady_now();
  for (const auto* worker : workers_)
    lateness_ = std::max(lateness_, now - std::min(worker->word_due(), now));
}

time_point broker_stage::beat_all() {
  note_late_beats();
  auto next = never;
  for (auto* worker : workers_) {
    if (worker->beat_due() <= net::steady_now())
      worker->beat();
    next = std::min(next, worker->beat_due());
  }
  return next;
}

std::string broker_stage::new_name() {
  return "conformance-" + run_id_ + '-' + std::to_string(++names_);
}

void broker_stage::await_registration(const std::string& service) {
  if (!mmi_version_)
    return pause(reading_time());
  const auto until = deadline();
  // A broker that never says so has its own item for that (8-3), and may well know the worker.
  while (ask_mmi_service(service, until) != "200" && net::steady_now() < until)
    std::this_thread::yield();
}

std::optional<std::string> broker_stage::ask_mmi_service(const std::string& service,
                                                         time_point until) {
  if (!mmi_client_)
    mmi_client_ = connect();
  const auto v = mmi_version_.value_or(set_.versions.front());
  std::optional<frames> reply;
  if (mmi_client_->send(client_request(v, "mmi.service", {service})))
    reply = receive(*mmi_client_, until);
  if (reply && !reply->empty())
    return reply->back();
  mmi_client_.reset(); // a late reply must not become the answer to the next question
  return std::nullopt;
}

void broker_stage::prove_alive(version v, const std::string& after) {
  try {
    const auto service = new_name();
    wire_worker worker(*this, v, service);
    wire_client client(*this, v);
    const auto text = new_name();
    client.ask(service, {text});
    worker.answer(worker.next_request(), {text});
    client.expect_ending(text);
  } catch (const deviation& seen) {
    throw deviation(after + (after.empty() ? "" : ": ") + "no friendly round trip: " + seen.what());
  }
}

bool broker_stage::is_listening() {
  raw_peer peer(context_, set_.endpoint, set_.sockets);
  return peer.is_connected_by(deadline());
}

bool broker_stage::find_out() {
  const auto found = std::find_if(set_.versions.begin(), set_.versions.end(),
                                  [this](version v) { return speaks(v); });
  if (found == set_.versions.end())
    return false;
  if (answers_mmi(*found))
    mmi_version_ = *found;
  return true;
}

std::string broker_stage::reason_to_skip(version v) {
  if (set_.insists || speaks(v))
    return {};
  return "no reaction to MDP " + std::string(to_string(v));
}

bool broker_stage::speaks(version v) {
  auto& known = speaks_[static_cast<std::size_t>(v)];
  if (!known)
    known = reacts(v);
  return *known;
}

bool broker_stage::is_lost() {
  return std::none_of(set_.versions.begin(), set_.versions.end(), [this](version v) {
    return speaks_[static_cast<std::size_t>(v)].value_or(false) && (reacts(v) || reacts(v));
  });
}

bool broker_stage::reacts(version v) {
  try {
    const auto service = new_name();
    const auto text = new_name();
    wire_worker worker(*this, v);
    worker.keep_beating = false; // one word that the broker must understand is enough
    worker.ready(service);
    pause(reading_time());
    wire_client client(*this, v);
    const auto until = deadline();
    // Again, if need be: a broker that keeps no requests may have read the first before the READY.
    for (auto patience = silence(); net::steady_now() < until; patience *= 2) {
      client.ask(service, {text});
      const auto ask_again = std::min(net::steady_now() + patience, until);
      while (const auto message = worker.next(ask_again))
        if (ends_with(*message, text))
          return true;
    }
  } catch (const deviation&) {
    return false;
  }
  return false;
}

bool broker_stage::answers_mmi(version v) {
  mmi_version_ = v;
  const auto service = new_name();
  wire_worker worker(*this, v);
  const auto until = deadline();
  bool answers = ask_mmi_service(service, until) == "404";
  worker.ready(service);
  while (answers && ask_mmi_service(service, until) != "200")
    answers = net::steady_now() < until;
  mmi_version_.reset();
  return answers;
}

} // namespace mdp::conformance
