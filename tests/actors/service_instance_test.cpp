#include "actors/broker_fixture.hpp"
#include "mdp/actors/service/service_instance.hpp"
#include "mdp/overload.hpp"
#include "mdp/service/responder.hpp"

#include <caf/send.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;
using actors::exception_policy;

namespace {

constexpr peer_id client{1};
constexpr peer_id remote{2};

/// An in-process service at a broker, whose handlers run when the test says so.
class hosted {
public:
  hosted(broker_fixture& broker, const std::string& service, request_handler work,
         exception_policy policy = exception_policy::answer_and_end, std::uint32_t capacity = 1)
      : broker_(broker) {
    auto around = std::make_shared<actors::service_instance_state::surroundings>();
    around->service = service;
    around->work = std::move(work);
    around->run = [turns = turns_, times = handed_over_](std::vector<handler_pool::task>& tasks) {
      ++*times;
      for (auto& each : std::exchange(tasks, {}))
        turns->push_back(std::move(each));
      return true;
    };
    around->on_exception = policy;
    around->log_exception = [](const std::string&) {};
    const auto begun = around->begun;
    actor_ = actors::spawn_state<actors::service_instance_state>(broker.system.actors(),
                                                                 std::move(around));
    broker.system.send(broker.registry->get(),
                       actors::register_sink{service, sink_id{(1ULL << 63U) + ++hosted_so_far_},
                                             capacity, actor_, nullptr, begun});
  }

  /// Work whose turn never came holds its instance, and that the list of turns.
  ~hosted() { turns_->clear(); }
  hosted(const hosted&) = delete;
  hosted& operator=(const hosted&) = delete;

  /// Runs the next handler whose turn it is, then all actors. False if there is none.
  bool run_one() {
    if (turns_->empty())
      return false;
    auto task = std::move(turns_->front());
    turns_->pop_front();
    task();
    task = nullptr;
    broker_.system.run();
    return true;
  }

  /// Runs all handlers whose turn it is, but no actor.
  std::size_t answer_all() {
    auto due = std::exchange(*turns_, {});
    for (auto& task : due)
      task();
    return due.size();
  }

  std::size_t run_all() {
    std::size_t count = 0;
    while (run_one())
      ++count;
    return count;
  }

  void kill() {
    caf::anon_send_exit(actor_, caf::exit_reason::kill);
    broker_.system.run();
  }

  [[nodiscard]] const actors::service_instance_actor& actor() const noexcept { return actor_; }
  /// How often it has gone to its threads.
  [[nodiscard]] int handed_over() const noexcept { return *handed_over_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return turns_->size(); }

private:
  static inline std::uint64_t hosted_so_far_ = 0;

  broker_fixture& broker_;
  std::shared_ptr<std::deque<handler_pool::task>> turns_ =
    std::make_shared<std::deque<handler_pool::task>>();
  std::shared_ptr<int> handed_over_ = std::make_shared<int>(0);
  actors::service_instance_actor actor_;
};

/// What the client was told since the last look: parts as "text", ends as "=text".
std::vector<std::string> heard(broker_fixture& broker) {
  std::vector<std::string> result;
  for (const auto& reply : broker.told_client(client))
    result.push_back(std::visit(
      overload{
        [](const wire::client_partial& part) { return std::string(part.body[0].text()); },
        [](const wire::client_final& end) { return std::string("=").append(end.body[0].text()); },
      },
      reply));
  return result;
}

using words = std::vector<std::string>;

message echo(message request) {
  return request;
}

message out_of_paper(const message&) {
  throw std::runtime_error("out of paper");
}

} // namespace

TEST_CASE("a service inside the broker answers, in parts if it likes") {
  broker_fixture broker;
  hosted service(broker, "echo", [](message request, const send_part_function& send_part) {
    CHECK(send_part({frame("part")}));
    return request;
  });
  const auto asks = broker.connect_client(client);
  broker.request(asks, "echo", "hello");
  CHECK(heard(broker).empty()); // its turn has not come
  CHECK(service.run_all() == 1);
  CHECK(heard(broker) == words{"part", "=hello"});
}

TEST_CASE("a service inside the broker holds as many requests as its capacity says") {
  broker_fixture broker;
  hosted service(broker, "echo", echo, exception_policy::answer, 3);
  const auto asks = broker.connect_client(client);
  for (const auto* body : {"1", "2", "3", "4", "5"})
    broker.request(asks, "echo", body);
  CHECK(service.waiting() == 3);
  CHECK(service.run_all() == 5);
  CHECK(heard(broker) == words{"=1", "=2", "=3", "=4", "=5"});
}

TEST_CASE("requests that come together are handed over together, and so are answers") {
  broker_fixture broker;
  hosted service(broker, "echo", echo, exception_policy::answer, 5);
  const auto asks = broker.connect_client(client);
  for (const auto* body : {"1", "2", "3"})
    actors::post(asks, actors::request_arrived{{{{}, false}, "echo", {frame(body)}},
                                               wire::protocol_version::v0_2,
                                               broker.system.now()});
  broker.system.run();
  CHECK(service.waiting() == 3);
  CHECK(service.handed_over() == 1);
  broker.request(asks, "echo", "4"); // what comes alone waits for nothing
  CHECK(service.waiting() == 4);
  CHECK(service.handed_over() == 2);
  const auto before = broker.system.turns();
  CHECK(service.answer_all() == 4);
  broker.system.run();
  CHECK(broker.system.turns() - before == 1 + 4); // the queue's for all, and the session's for each
  CHECK(heard(broker) == words{"=1", "=2", "=3", "=4"});
}

TEST_CASE(
  "a request that is kept is answered later, in any order, and its place is taken until then") {
  broker_fixture broker;
  std::vector<responder> kept;
  hosted service(
    broker, "later", [&](message, responder answer) { kept.push_back(std::move(answer)); },
    exception_policy::answer, 2);
  const auto asks = broker.connect_client(client);
  for (const auto* body : {"1", "2", "3"})
    broker.request(asks, "later", body);
  CHECK(service.run_all() == 2);
  CHECK(kept[1].finish({frame("second")}));
  broker.system.run();
  CHECK(heard(broker) == words{"=second"});
  CHECK(service.run_all() == 1); // now there was room for the third
  CHECK(kept[0].finish({frame("first")}));
  kept.clear(); // the third is not answered at all
  broker.system.run();
  CHECK(heard(broker) == words{"=first", "=mdp-status 500 the service gave no answer"});
}

TEST_CASE("a remote worker and a service inside the broker serve one name") {
  broker_fixture broker;
  hosted service(broker, "echo", echo);
  const auto works = broker.connect_worker(remote, "echo");
  const auto asks = broker.connect_client(client);
  broker.request(asks, "echo", "1");
  broker.request(asks, "echo", "2");
  CHECK(service.run_all() == 1);
  broker.say(works, final_for(broker.only_request(remote), "remote"));
  const auto replies = heard(broker);
  CHECK(replies.size() == 2);
  CHECK(std::count(replies.begin(), replies.end(), "=remote") == 1);
}

TEST_CASE("an exception is an answer and no end where the policy says so") {
  broker_fixture broker;
  hosted service(broker, "printer", out_of_paper, exception_policy::answer);
  const auto asks = broker.connect_client(client);
  for (int i = 0; i < 2; ++i) {
    broker.request(asks, "printer", "x");
    CHECK(service.run_all() == 1);
    CHECK(heard(broker) == words{"=mdp-status 500 out of paper"});
  }
}

TEST_CASE("an exception ends the instance; the request at hand is answered, the others go on") {
  broker_fixture broker;
  int calls = 0;
  hosted failing(
    broker, "printer",
    [&](message request) {
      ++calls;
      return out_of_paper(request);
    },
    exception_policy::answer_and_end, 3);
  const auto asks = broker.connect_client(client);
  for (const auto* body : {"1", "2", "3", "4"})
    broker.request(asks, "printer", body);
  CHECK(failing.run_one());
  CHECK(heard(broker) == words{"=mdp-status 500 out of paper"});
  CHECK(failing.run_all() == 2); // their turns come, but the work is not done
  CHECK(calls == 1);
  CHECK(heard(broker).empty());
  hosted again(broker, "printer", echo);
  CHECK(again.run_all() == 3);
  CHECK(heard(broker) == words{"=2", "=3", "=4"});
  CHECK(broker.counters->dead_letters.value() == 0);
}

TEST_CASE("an exception ends the instance, and all it holds goes to another one") {
  broker_fixture broker;
  hosted failing(broker, "printer", out_of_paper, exception_policy::give_back_and_end, 2);
  const auto asks = broker.connect_client(client);
  broker.request(asks, "printer", "1");
  broker.request(asks, "printer", "2");
  CHECK(failing.run_one());
  CHECK(heard(broker).empty());
  hosted again(broker, "printer", echo, exception_policy::answer, 2);
  CHECK(again.run_all() == 2);
  CHECK(heard(broker) == words{"=1", "=2"});
}

TEST_CASE("T22 only a request that was begun has used up an attempt when its instance fails") {
  engine::queue_config at_most_twice;
  at_most_twice.attempts = 2;
  actors::broker_tree parts;
  parts.queues = at_most_twice;
  broker_fixture broker(std::move(parts));
  const auto asks = broker.connect_client(client);
  broker.request(asks, "printer", "culprit");
  broker.request(asks, "printer", "innocent");
  for (int i = 0; i < 2; ++i) {
    hosted failing(broker, "printer", out_of_paper, exception_policy::give_back_and_end, 2);
    CHECK(failing.run_one());
  }
  CHECK(broker.counters->dead_letters.value() == 1);
  hosted again(broker, "printer", echo);
  CHECK(again.run_all() == 1);
  CHECK(heard(broker) == words{"=innocent"});
}

TEST_CASE("an instance that is killed gives up all it holds, and its late answers count no more") {
  broker_fixture broker;
  std::optional<responder> kept;
  hosted service(broker, "later",
                 [&](message, responder answer) { kept.emplace(std::move(answer)); });
  const auto asks = broker.connect_client(client);
  broker.request(asks, "later", "1");
  CHECK(service.run_one());
  CHECK(kept->is_open());
  service.kill();
  CHECK_FALSE(kept->is_open());
  CHECK_FALSE(kept->finish({frame("late")}));
  kept.reset();
  broker.system.run();
  CHECK(heard(broker).empty());
  hosted again(broker, "later", echo);
  CHECK(again.run_all() == 1);
  CHECK(heard(broker) == words{"=1"});
}

TEST_CASE(
  "a queue that fails is back with its services, and an answer that comes meanwhile counts") {
  broker_fixture broker;
  const auto queue = broker.queue_of("echo");
  hosted service(broker, "echo", echo);
  const auto asks = broker.connect_client(client);
  broker.request(asks, "echo", "1");
  caf::anon_send_exit(queue, caf::exit_reason::unhandled_exception);
  CHECK(service.run_all() == 1);
  CHECK(heard(broker).empty()); // nobody is there to pass it on
  broker.system.advance(1s);
  CHECK(heard(broker) == words{"=1"});
  broker.request(asks, "echo", "2");
  CHECK(service.run_all() == 1);
  CHECK(heard(broker) == words{"=2"});
}
