#include "sim/sim_connection.hpp"

#include "mdp/overload.hpp"
#include "mdp/wire/encode.hpp"
#include "sim/sim_queue.hpp"
#include "sim/sim_registry.hpp"
#include "sim/sim_router_peers.hpp"

#include <utility>
#include <variant>

namespace mdp::sim {

sim_connection::sim_connection(broker_parts& broker, peer_id id, frame routing_id,
                               wire::protocol_version version)
    : broker_(broker),
      id_(id),
      routing_id_(std::move(routing_id)),
      version_(version),
      link_(broker.config.workers, broker.now),
      self_(broker.post.open(this)) {}

void sim_connection::on_command(wire::from_worker command, time_point received_at) {
  link_.handle(std::move(command), received_at);
  carry_out();
}

void sim_connection::on_invalid() {
  link_.handle_invalid();
  carry_out();
}

void sim_connection::on_peer_lost(std::uint64_t first_undelivered) {
  link_.handle_unreachable(first_undelivered);
  carry_out();
}

void sim_connection::on_assigned(engine::assign_to_sink job) {
  link_.assign({job.id, job.attempt}, job.client_address, std::move(job.body), broker_.now);
  carry_out();
}

void sim_connection::on_deadline() {
  link_.tick(broker_.now);
  carry_out();
}

void sim_connection::probe() {
  link_.probe(broker_.now);
  carry_out();
}

void sim_connection::stop() {
  link_.dismiss();
  carry_out();
}

time_point sim_connection::next_deadline() const noexcept {
  if (broker_.breaks(broken_rule::neglects_busy_workers) && link_.in_flight() > 0)
    return never;
  return link_.next_deadline();
}

void sim_connection::carry_out() {
  link_.actions().drain([this](engine::worker_link_action&& action) {
    std::visit(
      overload{
        [&](engine::send_to_worker& out) {
          broker_.post.tell(
            broker_.io,
            [id = id_, frames = encode(std::move(out.command), version_),
             number = out.number](auto& io) mutable { io.send(id, std::move(frames), number); });
        },
        [&](engine::offer_service& offer) {
          service_ = offer.service;
          broker_.post.tell(broker_.registry,
                            [id = id_, from = self_, offer = std::move(offer)](auto& registry) {
                              registry.register_sink(offer, sink_id{id.value}, from);
                            });
        },
        [](const engine::registration_refused&) {}, // there are no rules here
        [&](const engine::worker_load& news) {
          broker_.post.tell(queue_, [id = id_, load = news.load](auto& queue) {
            queue.on_loaded(sink_id{id.value}, load);
          });
        },
        [&](engine::worker_answer& answer) {
          broker_.post.tell(queue_, [id = id_, answer = std::move(answer)](auto& queue) mutable {
            queue.on_answered(sink_id{id.value}, std::move(answer));
          });
        },
        [&](engine::worker_ended& news) { end(std::move(news)); },
      },
      action);
  });
}

void sim_connection::end(engine::worker_ended news) {
  const auto reason = news.reason;
  ++broker_.counters.ended_workers[static_cast<std::size_t>(reason)];
  broker_.events.note([&] {
    return "broker: worker " + shown(routing_id_) + " is gone: " + std::string(to_string(reason));
  });
  const bool told = engine::was_told(reason) && !broker_.breaks(broken_rule::forgets_who_was_told);
  broker_.post.tell(broker_.io, [id = id_, told](auto& io) { io.end(id, told); });
  if (!news.undelivered.empty())
    broker_.post.tell(queue_, [id = id_, ids = std::move(news.undelivered)](auto& queue) {
      queue.on_sink_lost(sink_id{id.value}, ids);
    });
  broker_.post.close(self_); // our queue, if we have one, watches us
}

} // namespace mdp::sim
