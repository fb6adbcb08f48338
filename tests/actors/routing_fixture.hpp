#pragma once

#include "actors/broker_fixture.hpp"
#include "mdp/actors/routing/router_spec.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A broker with routing, one client and some workers, spoken to in short words.
namespace mdp::test {

inline constexpr peer_id client{1};
inline constexpr peer_id worker{2};
inline constexpr peer_id other_worker{3};

/// What a router in a test does is the test's to say, also after it has been made anew.
struct router_script {
  std::function<actors::request_verdict(const actors::routed_request&)> on_request;
  std::function<actors::reply_verdict(const actors::routed_reply&)> on_reply;
  std::optional<actors::routing_desk> desk;
  std::vector<std::string> events;
  int made = 0;
};

class scripted_router : public actors::router {
public:
  scripted_router(const actors::routing_desk& desk, std::shared_ptr<router_script> script)
      : script_(std::move(script)) {
    ++script_->made;
    script_->desk = desk;
  }

  actors::request_verdict on_request(const actors::routed_request& request) override {
    return script_->on_request ? script_->on_request(request)
                               : actors::request_verdict(actors::forward_on{});
  }
  actors::reply_verdict on_reply(const actors::routed_reply& reply) override {
    return script_->on_reply ? script_->on_reply(reply)
                             : actors::reply_verdict(actors::forward_on{});
  }
  void on_withdrawn(actors::route_ticket ticket) override {
    note("withdrawn " + std::to_string(ticket.value));
  }
  void on_worker_joined(const worker& who) override { note("joined " + words(who)); }
  void on_worker_left(const worker& who) override { note("left " + words(who)); }
  void on_worker_lost(const worker& who, std::string_view why) override {
    note("lost " + words(who) + ": " + std::string(why));
  }
  void on_service_appeared(const std::string& service) override { note("appeared " + service); }
  void on_service_emptied(const std::string& service) override { note("emptied " + service); }

private:
  static std::string words(const worker& who) {
    return "[" + std::string(who.routing_id.text()) + "] of " + who.service;
  }
  void note(std::string what) { script_->events.push_back(std::move(what)); }

  std::shared_ptr<router_script> script_;
};

inline actors::router_spec router_of(std::shared_ptr<router_script> script,
                                     std::string name = "test") {
  return {std::move(name), actors::routing<scripted_router>(std::move(script))};
}

class routing_fixture {
public:
  explicit routing_fixture(actors::routing_setup setup, bool status_replies = false)
      : counters(setup.counters), broker(parts(std::move(setup), status_replies)) {}

  explicit routing_fixture(std::shared_ptr<router_script> script)
      : routing_fixture(actors::routing_setup{{}, {router_of(std::move(script))}}) {}

  void ask(const std::string& service, const std::string& body) {
    broker.request(asks, service, body);
  }

  /// All that the client was told since the last time: "echo: text", parts with a plus in front.
  std::string told() {
    std::string all;
    for (const auto& reply : broker.told_client(client))
      std::visit(
        [&](const auto& each) {
          constexpr bool is_part =
            std::is_same_v<std::decay_t<decltype(each)>, wire::client_partial>;
          all.append(all.empty() ? "" : ", ").append(is_part ? "+" : "").append(each.service);
          all.append(": ").append(each.body[0].text());
        },
        reply);
    return all;
  }

  /// The body of the one request that this worker has been given since the last time; empty: none.
  std::string given(peer_id who) {
    held_.reset();
    for (auto& command : broker.told_worker(who))
      if (auto* request = std::get_if<wire::worker_request>(&command)) {
        if (held_)
          throw std::logic_error("more than one request");
        held_ = std::move(*request);
      }
    return held_ ? std::string(held_->body[0].text()) : std::string();
  }

  /// Answers what given() has seen last.
  void answer(const actors::worker_connection_actor& from, const std::string& text) {
    broker.say(from, final_for(held_.value(), text));
  }
  void answer_part(const actors::worker_connection_actor& from, const std::string& text) {
    broker.say(from, wire::worker_partial{held_.value().address, {frame(text)}});
  }

  std::shared_ptr<actors::routing_counters> counters;
  broker_fixture broker;
  actors::client_session_actor asks = broker.connect_client(client);

private:
  static actors::broker_tree parts(actors::routing_setup setup, bool status_replies) {
    actors::broker_tree tree;
    tree.clients.status_replies = status_replies;
    tree.routing = std::make_shared<const actors::routing_setup>(std::move(setup));
    tree.front = std::make_shared<actors::current<actors::job_desk_actor>>();
    return tree;
  }

  std::optional<wire::worker_request> held_;
};

} // namespace mdp::test
