#pragma once

#include "mdp/actors/compat/state_actor.hpp"
#include "mdp/actors/messages.hpp"
#include "mdp/client/client.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

namespace mdp::actors {

/// What a service proxy asks through: an `mdp::client`, or whatever a test puts in its place.
struct question_sender {
  std::function<tl::expected<request_id, request_failure>(std::string service, message body,
                                                          client::on_end, request_options)>
    call;
  std::function<void(request_id)> cancel;
};

/// Asks services for actors (see `interfaces.hpp`). Every question ends with one `question_ended`:
/// with the reply, with the reason why there is none, with `cancelled` as soon as it is withdrawn or
/// the proxy stops, or with `bad_request` when the customer has that ticket in use. After it nothing
/// more is said about the ticket, whatever is still on its way, and it may be used again.
///
/// Parts are messages and come as fast as the worker sends them; for a long stream and a slow reader
/// there is `client::stream`. A customer that ends should withdraw what it does not want done.
class service_proxy_state {
public:
  using handle = service_proxy_actor;
  static constexpr const char* name = "service_proxy";
  static constexpr run_on where = run_on::scheduler;

  service_proxy_state(handle::pointer self, question_sender ask_through)
      : self_(self), through_(std::move(ask_through)) {}

  handle::behavior_type make_behavior();

private:
  using name_of_question = std::pair<caf::actor_addr, std::uint64_t>; // customer and ticket

  struct open_question {
    service_customer_actor customer;
    std::uint64_t ticket = 0;
    request_id request;
  };

  void on_ask(ask_service& question);
  void on_withdraw(const withdraw_question& unwanted);
  void on_report(client_reported& news);
  void on_stop();
  /// Forgets a question and tells its customer how it ended.
  void end(std::uint64_t number, tl::expected<message, request_failure> reply);

  handle::pointer self_;
  question_sender through_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, open_question> open_;
  std::map<name_of_question, std::uint64_t> numbers_;
};

/// Starts a proxy that asks through `through` and keeps it in memory.
[[nodiscard]] service_proxy_actor spawn_service_proxy(caf::actor_system& system,
                                                      std::shared_ptr<client> through);

} // namespace mdp::actors
