#include "integration/client_forms.hpp"
#include "mdp/actors/compat/messaging.hpp"
#include "mdp/actors/compat/system.hpp"
#include "mdp/actors/peer/service_proxy.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>

using namespace mdp;
using namespace mdp::actors;

namespace {

/// Asks for a reply in parts, and hands over all of it when it is there.
class curious_state {
public:
  using handle = service_customer_actor;
  static constexpr const char* name = "curious";
  static constexpr run_on where = run_on::scheduler;

  curious_state(handle::pointer self, service_proxy_actor proxy,
                std::shared_ptr<std::promise<std::string>> outcome)
      : outcome_(std::move(outcome)) {
    tell(self, proxy,
         ask_service{.service = "count",
                     .body = {frame("3")},
                     .customer = handle{self},
                     .ticket = 1,
                     .how = {test::patience, 1, true, false},
                     .wants_parts = true});
  }

  handle::behavior_type make_behavior() {
    return {
      [this](const part_received& news) { text_ += news.body[0].text(); },
      [this](parts_voided) { text_.clear(); },
      [this](const question_ended& last) {
        if (last.reply)
          text_ += (*last.reply)[0].text();
        else
          text_ += to_string(last.reply.error());
        outcome_->set_value(text_);
      },
    };
  }

private:
  std::shared_ptr<std::promise<std::string>> outcome_;
  std::string text_;
};

} // namespace

TEST_CASE("an actor of any program asks a service and gets the reply in parts, as messages") {
  test::local_broker broker;
  test::local_worker worker(broker.endpoint(), "count",
                            [](const message& request, const send_part_function& send_part) {
                              for (int i = 0; i < std::stoi(std::string(request[0].text())); ++i)
                                send_part({frame(std::to_string(i))});
                              return message{frame("end")};
                            });
  init();
  system_config config(1);
  caf::actor_system system(config);
  const auto through = std::make_shared<mdp::client>(test::client_at(broker.endpoint()));
  const auto proxy = spawn_service_proxy(system, through);
  const auto outcome = std::make_shared<std::promise<std::string>>();
  auto text = outcome->get_future();
  const auto curious = spawn_state<curious_state>(system, proxy, outcome);
  CHECK(text.get() == "012end");
  post(proxy, stop{});
  caf::anon_send_exit(curious, caf::exit_reason::user_shutdown);
}
