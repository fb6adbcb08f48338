#include "mdp/protobuf/rpc_dispatcher.hpp"

#include "mdp/protobuf/payload.hpp"
#include "mdp/protobuf/server_call.hpp"

#include <google/protobuf/descriptor.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace mdp {

rpc_dispatcher::rpc_dispatcher(const rpc_limits& limits)
    : desk_(std::make_shared<detail::rpc_desk>(limits)) {}

rpc_dispatcher::~rpc_dispatcher() {
  stop();
}

void rpc_dispatcher::add(std::shared_ptr<google::protobuf::Service> service) {
  const auto* descriptor = service->GetDescriptor();
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const auto* method = descriptor->method(i);
    if (!methods_.emplace(method->full_name(), entry{service, method}).second)
      throw std::invalid_argument(std::string(method->full_name()) + " is served already");
  }
}

void rpc_dispatcher::dispatch(message request, responder answer, time_point now) {
  const auto refuse = [&](rpc_errc reason, std::string_view text,
                          std::uint64_t rpc_counters::*counter) {
    desk_->count(counter);
    answer.fail(status_of(reason), text);
  };
  if (request.size() < 2)
    return refuse(rpc_errc::bad_request, "a request is a method's name and its argument",
                  &rpc_counters::bad_requests);
  const auto found = methods_.find(request[0].text());
  if (found == methods_.end())
    return refuse(rpc_errc::unknown_method, "there is no such method here",
                  &rpc_counters::unknown_methods);
  const auto& [service, method] = found->second;
  if (method->client_streaming() || method->server_streaming())
    return refuse(rpc_errc::unknown_method, "methods of streams are not served",
                  &rpc_counters::unknown_methods);
  if (!desk_->enter())
    return refuse(rpc_errc::unavailable, "the service is busy", &rpc_counters::busy);
  const auto call =
    std::make_shared<detail::server_call>(desk_, service, method, std::move(answer));
  if (const auto read = parse(request[1], call->request(), desk_->limits().max_bytes); !read)
    return call->give_up(rpc_errc::bad_request,
                         "the argument: " + std::string(to_string(read.error())),
                         &rpc_counters::bad_requests);
  request = {}; // its bytes are in the argument now
  detail::server_call::run(call, now);
}

void rpc_dispatcher::expire(time_point now) {
  for (const auto& call : desk_->take_expired(now))
    call->give_up(rpc_errc::timed_out, "the method took too long", &rpc_counters::expired);
}

time_point rpc_dispatcher::next_deadline() const {
  return desk_->next_deadline();
}

void rpc_dispatcher::stop() {
  for (const auto& call : desk_->stop())
    call->give_up(rpc_errc::unavailable, "the service stops", &rpc_counters::stopped);
}

std::size_t rpc_dispatcher::open_calls() const {
  return desk_->places_taken();
}

rpc_counters rpc_dispatcher::counters() const {
  return desk_->counters();
}

} // namespace mdp
