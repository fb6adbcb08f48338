#include "mdp-broker/service_tables.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace mdp::apps {

using namespace std::chrono_literals;

namespace {

/// The words for the enumerators of `Enum`, which are the engine's own.
template <class Enum, std::size_t Count>
std::array<std::pair<std::string_view, Enum>, Count> all_words() {
  std::array<std::pair<std::string_view, Enum>, Count> words;
  for (std::size_t i = 0; i < Count; ++i)
    words[i] = {to_string(static_cast<Enum>(i)), static_cast<Enum>(i)};
  return words;
}

template <class T, class Read>
problem read_if_given(const table_reader& table, std::string_view key, std::optional<T>& value,
                      Read read) {
  return table.has(key) ? read(value.emplace()) : std::nullopt;
}

template <class T>
problem read_number_if_given(table_reader& table, std::string_view key, std::optional<T>& value) {
  return read_if_given(table, key, value, [&](T& given) { return table.number(key, T{1}, given); });
}

problem read_dispatch(table_reader& table, engine::dispatch_config& how) {
  if (auto wrong =
        table.choice("policy", all_words<engine::dispatch, engine::dispatch_count>(), how.policy))
    return wrong;
  if (auto wrong = table.number("seed", std::uint64_t{0}, how.seed))
    return wrong;
  return table.number("key-frame", 1U, how.key_frame);
}

problem read_service(table_reader& table, service_table& service) {
  if (auto wrong = table.text("name", service.name))
    return wrong;
  if (service.name.empty())
    return "[[service]] needs a name";
  if (auto wrong = read_number_if_given(table, "queue-max-requests", service.max_requests))
    return wrong;
  if (auto wrong = read_number_if_given(table, "queue-max-bytes", service.max_bytes))
    return wrong;
  if (auto wrong = read_number_if_given(table, "attempts", service.attempts))
    return wrong;
  if (auto wrong = read_if_given(table, "at-most-once", service.at_most_once,
                                 [&](bool& given) { return table.toggle("at-most-once", given); }))
    return wrong;
  if (auto wrong = read_if_given(table, "request-ttl", service.request_ttl, [&](duration& given) {
        return table.time("request-ttl", 1ms, given);
      }))
    return wrong;
  if (auto wrong = table.text("served-by", service.served_by))
    return wrong;
  return read_dispatch(table, service.dispatch);
}

problem read_priority(table_reader& table, engine::priority_rule& rule) {
  if (auto wrong = table.text("service", rule.service))
    return wrong;
  if (auto wrong = table.text("client", rule.client))
    return wrong;
  if (!table.has("priority"))
    return "[[priority]] needs a priority: high, normal or low";
  return table.choice("priority", all_words<engine::priority, engine::priority_count>(),
                      rule.urgency);
}

} // namespace

void add_service_tables(options& all, std::vector<service_table>& services,
                        std::vector<engine::priority_rule>& priorities) {
  all.tables("service", [&services](table_reader& table) {
    return read_service(table, services.emplace_back());
  });
  all.tables("priority", [&priorities](table_reader& table) {
    return read_priority(table, priorities.emplace_back());
  });
}

engine::service_rule rule_of(const service_table& table, const engine::queue_config& for_all) {
  engine::service_rule rule{table.name, for_all, table.request_ttl, table.served_by};
  auto& queue = rule.queue;
  queue.max_requests = table.max_requests.value_or(queue.max_requests);
  queue.max_bytes = table.max_bytes.value_or(queue.max_bytes);
  queue.attempts = table.attempts.value_or(queue.attempts);
  if (table.at_most_once)
    queue.promise =
      *table.at_most_once ? engine::delivery::at_most_once : engine::delivery::at_least_once;
  queue.dispatch = table.dispatch;
  return rule;
}

} // namespace mdp::apps
