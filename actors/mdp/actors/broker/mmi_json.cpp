#include "mdp/actors/broker/mmi_json.hpp"

#include "mdp/actors/metric_names.hpp"
#include "mdp/version.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace mdp::actors {

namespace {

using nlohmann::ordered_json; // members stay as they are written here

std::int64_t milliseconds_of(duration time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

/// Names have been checked where they came in. Should one ever not be UTF-8, the document stays
/// valid all the same.
std::string text_of(const ordered_json& document) {
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

template <class ToJson>
std::string array_of(std::span<const engine::service_report> services, ToJson to_json) {
  auto all = ordered_json::array();
  for (const auto& service : services)
    all.push_back(to_json(service));
  return text_of(all);
}

ordered_json worker_json(const std::string& service, const engine::worker_report& worker) {
  ordered_json json = {{"service", service}};
  if (worker.version) {
    json["version"] = to_string(*worker.version);
    json["routing_id"] = worker.routing_id.hex();
  }
  if (!worker.user.empty())
    json["user"] = worker.user;
  if (!worker.key.empty())
    json["key"] = worker.key;
  json["capacity"] = worker.capacity;
  json["in_flight"] = worker.in_flight;
  json["connected_ms"] = milliseconds_of(worker.connected);
  json["silent_ms"] = milliseconds_of(worker.silent);
  if (worker.load)
    json["load"] = *worker.load;
  json["place"] = worker.place;
  json["why"] = worker.why;
  return json;
}

ordered_json json_of(const tree_report& tree) {
  ordered_json json = {{"name", tree.name}};
  if (!tree.kind.empty())
    json["strategy"] = tree.kind;
  if (!tree.restart.empty())
    json["restart"] = tree.restart;
  json["state"] = tree.state;
  json["restarts"] = tree.restarts;
  if (tree.kind.empty())
    return json;
  auto& children = json["children"] = ordered_json::array();
  for (const auto& child : tree.children)
    children.push_back(json_of(child));
  return json;
}

} // namespace

std::string services_json(std::span<const engine::service_report> services) {
  return array_of(services, [](const engine::service_report& each) {
    return ordered_json{{"service", each.service}, {"workers", each.workers}};
  });
}

std::string workers_json(std::span<const engine::service_report> services) {
  auto all = ordered_json::array();
  for (const auto& service : services)
    for (const auto& worker : service.details)
      all.push_back(worker_json(service.service, worker));
  return text_of(all);
}

std::string queues_json(std::span<const engine::service_report> services) {
  return array_of(services, [](const engine::service_report& each) {
    const auto& counted = each.counters;
    return ordered_json{
      {"service", each.service},
      {"policy", each.policy},
      {"workers", each.workers},
      {"waiting", each.waiting},
      {"in_flight", each.in_flight},
      {"bytes", each.bytes},
      {"oldest_waiting_ms", milliseconds_of(each.oldest_waiting)},
      {"accepted", counted.accepted},
      {"answered", counted.answered},
      {"retried", counted.retried},
      {"refused", counted.refused},
      {"expired", counted.expired},
      {"cancelled", counted.cancelled},
      {"late_answers", counted.late_answers},
    };
  });
}

std::string stats_json(const broker_counters& counters, time_point now) {
  auto all = ordered_json::object();
  for (const auto& metric : broker_metrics) {
    auto& member = all[std::string(metric.name)];
    metric.read(counters, now, [&](std::string_view reason, std::uint64_t value) {
      if (reason.empty())
        member = value;
      else
        member[std::string(reason)] = value;
    });
  }
  return text_of(all);
}

std::string version_json() {
  return text_of({{"name", "mdp-broker"},
                  {"version", version},
                  {"protocols", {"MDP/0.1", "MDP/0.2", "MMI"}},
                  {"extensions", {"capacity", "envelope"}}});
}

std::string dead_letters_json(const engine::dead_letters& dead, time_point now) {
  auto all = ordered_json::array();
  for (auto letter = dead.letters().rbegin(); letter != dead.letters().rend(); ++letter)
    all.push_back(ordered_json{
      {"service", letter->service},
      {"client", letter->client.hex()},
      {"attempts", letter->attempts},
      {"age_ms", milliseconds_of(now - letter->died_at)},
      {"frames", letter->frames},
      {"bytes", letter->bytes},
      {"head", letter->head.hex()},
    });
  return text_of(all);
}

std::string tree_json(const tree_report& tree) {
  return text_of(json_of(tree));
}

} // namespace mdp::actors
