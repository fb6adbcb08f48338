#include "mdp/actors/peer/service_proxy.hpp"

#include "mdp/actors/compat/exit.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/overload.hpp"

#include <vector>

namespace mdp::actors {

service_proxy_actor::behavior_type service_proxy_state::make_behavior() {
  return {
    [this](stop) { on_stop(); },
    [this](ask_service& question) { on_ask(question); },
    [this](const withdraw_question& unwanted) { on_withdraw(unwanted); },
    [this](client_reported& news) { on_report(news); },
  };
}

void service_proxy_state::on_ask(ask_service& question) {
  const auto number = ++last_number_;
  const auto [entry, is_new] =
    numbers_.try_emplace({question.customer.address(), question.ticket}, number);
  if (!is_new)
    return tell(self_, question.customer,
                question_ended{question.ticket, tl::unexpected(request_failure::bad_request)});
  open_[number] = {question.customer, question.ticket, {}};
  // What the client's thread says takes the way through our mailbox: a question that was withdrawn
  // meanwhile is unknown here then.
  request_options options;
  options.timeout = question.how.timeout;
  options.attempts = question.how.attempts;
  if (question.wants_parts) {
    options.on_part = [me = handle{self_}, number](message part) {
      post(me, client_reported{number, client_reported::part{std::move(part)}});
    };
    if (question.how.restart)
      options.on_restart = [me = handle{self_}, number] {
        post(me, client_reported{number, client_reported::restarted{}});
      };
  }
  const auto started = through_.call(
    std::move(question.service), std::move(question.body),
    [me = handle{self_}, number](request_result reply) {
      post(me, client_reported{number, client_reported::ended{std::move(reply)}});
    },
    std::move(options));
  if (started)
    open_.at(number).request = *started;
  else
    end(number, tl::unexpected(started.error()));
}

void service_proxy_state::on_withdraw(const withdraw_question& unwanted) {
  const auto entry = numbers_.find({unwanted.customer.address(), unwanted.ticket});
  if (entry == numbers_.end())
    return;
  const auto number = entry->second;
  through_.cancel(open_.at(number).request);
  end(number, tl::unexpected(request_failure::cancelled));
}

void service_proxy_state::on_report(client_reported& news) {
  const auto entry = open_.find(news.number);
  if (entry == open_.end())
    return;
  const auto& question = entry->second;
  std::visit(
    overload{
      [&](client_reported::part& part) {
        tell(self_, question.customer, part_received{question.ticket, std::move(part.body)});
      },
      [&](client_reported::restarted) {
        tell(self_, question.customer, parts_voided{question.ticket});
      },
      [&](client_reported::ended& last) { end(news.number, std::move(last.reply)); },
    },
    news.what);
}

void service_proxy_state::end(std::uint64_t number, tl::expected<message, request_failure> reply) {
  const auto question = std::move(open_.extract(number).mapped());
  numbers_.erase({question.customer.address(), question.ticket});
  tell(self_, question.customer, question_ended{question.ticket, std::move(reply)});
}

void service_proxy_state::on_stop() {
  std::vector<std::uint64_t> open;
  for (const auto& [unused, number] : numbers_)
    open.push_back(number);
  for (const auto number : open) {
    through_.cancel(open_.at(number).request);
    end(number, tl::unexpected(request_failure::cancelled));
  }
  end_normally(self_);
}

service_proxy_actor spawn_service_proxy(caf::actor_system& system,
                                        std::shared_ptr<client> through) {
  question_sender sender;
  sender.call = [through](std::string service, message body, client::on_end ended,
                          request_options options) {
    return through->call(std::move(service), std::move(body), std::move(ended), std::move(options));
  };
  sender.cancel = [through](request_id request) { through->cancel(request); };
  return spawn_state<service_proxy_state>(system, std::move(sender));
}

} // namespace mdp::actors
