#include "mdp/load/settings.hpp"

#include "mdp/defaults.hpp"
#include "mdp/load/process_times.hpp"
#include "mdp/net/endpoint.hpp"

#include <algorithm>

namespace mdp::load {

std::vector<std::string> validate(const settings& set) {
  std::vector<std::string> findings;
  for (const auto* endpoint : {&set.endpoint, &set.worker_endpoint})
    if (!endpoint->empty() || endpoint == &set.endpoint)
      if (const auto problem = net::check_endpoint(*endpoint, net::endpoint_use::connect))
        findings.push_back(*endpoint + ": " + *problem);
  const auto at_most = [&](std::uint64_t value, std::uint64_t bound, const char* what) {
    if (value > bound)
      findings.push_back(std::string(what) + " can be " + std::to_string(bound) + " at most");
  };
  at_most(set.clients, defaults::max_peers, "clients");
  at_most(set.workers, defaults::max_peers, "workers");
  at_most(set.window, defaults::max_window, "the window");
  at_most(set.rate, defaults::max_rate, "the rate");
  at_most(set.threads, defaults::max_threads, "threads");
  at_most(set.capacity, mdp::defaults::max_worker_capacity, "the capacity");
  at_most(set.body_bytes, set.sockets.max_message_bytes, "the body's bytes");
  if (set.clients == 0 || set.window == 0 || set.threads == 0 || set.services == 0 ||
      set.capacity == 0)
    findings.emplace_back("clients, window, threads, services and capacity are at least 1");
  if (set.service.empty() || set.service.size() > mdp::defaults::max_service_name_bytes ||
      std::ranges::any_of(set.service, [](char c) { return c <= ' ' || c > '~'; }))
    findings.emplace_back("the service is 1 to 255 printable characters without spaces");
  if (set.workers > 0 && set.workers < set.services)
    findings.emplace_back("each service needs a worker");
  if (set.clients > 0 && set.clients < set.services)
    findings.emplace_back("each service needs a client");
  if (set.parts > 0 && set.spoken == protocol::v0_1)
    findings.emplace_back("MDP 0.1 knows no parts");
  if (set.parts > 0 && set.workers == 0)
    findings.emplace_back("parts are sent by workers of its own, and there are none");
  if (set.spoken == protocol::proxy && (set.workers == 0 || set.worker_endpoint.empty()))
    findings.emplace_back("a proxy needs workers, and the endpoint where they connect");
  if (set.rate > 0 && set.requests > 0)
    findings.emplace_back("a rate goes with a time, not with a number of requests");
  if (set.length <= duration::zero() || set.timeout <= duration::zero())
    findings.emplace_back("the length and the time-out are more than nothing");
  if (set.process != 0 && !processor_time(set.process))
    findings.push_back("there is no process " + std::to_string(set.process));
  return findings;
}

} // namespace mdp::load
