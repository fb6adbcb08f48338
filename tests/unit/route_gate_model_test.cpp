#include "mdp/engine/route_gate.hpp"
#include "mdp/overload.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <variant>

// A gate under random calls, with routers that come, go, decide anything at any time, and twice. After
// each call: every request is where a naive model of it says, has left once or not at all, and the
// bounds hold. At the end nothing is left.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

constexpr std::size_t max_requests = 12;
constexpr std::size_t window = 4;

route_gate_config small_config() {
  route_gate_config config;
  config.window = window;
  config.max_requests = max_requests;
  config.max_bytes = 12'000;
  return config;
}

struct modelled_request {
  bool is_with_service = false;
  bool was_accepted = false;
  message body;
  std::uint64_t parts_told = 0; // the number in the last part that reached the client
  std::uint64_t parts_sent = 0;
};

class modelled_gate {
public:
  explicit modelled_gate(unsigned seed) : random_(seed), gate_(small_config(), budget_) {}

  void run(int calls) {
    for (int i = 0; i < calls; ++i) {
      now_ += std::chrono::milliseconds(number(400));
      call();
      compare();
    }
    wind_down();
  }

private:
  std::uint64_t number(std::uint64_t below) { return random_() % below; }

  void call() {
    switch (number(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return submit();
    case 5:
      return cancel();
    case 6:
    case 7:
    case 8:
      return decide(number(4) == 0 ? number(tickets_ + 2) : any_open_ticket());
    case 9:
    case 10:
      return answer();
    case 11:
      return service_refuses();
    case 12:
      return give_back();
    case 13:
      return gate_.tick(now_);
    case 14:
      return gate_.router_joined(++router_, now_);
    default:
      asked_.clear();
      return gate_.router_left(number(3) == 0 ? number(router_ + 1) : router_, now_);
    }
  }

  void submit() {
    const auto what = job_of(1 + number(3), ++sequence_, now_ + std::chrono::seconds(number(20)));
    requests_[what.id].body = what.body;
    gate_.submit("echo", what, now_);
  }

  void cancel() {
    if (const auto id = any_request([](const auto&) { return true; })) {
      const bool is_known = gate_.cancel(*id, now_);
      REQUIRE(is_known);
      requests_.erase(*id);
    }
  }

  std::uint64_t any_open_ticket() {
    if (asked_.empty())
      return 0;
    return *std::next(asked_.begin(), static_cast<std::ptrdiff_t>(number(asked_.size())));
  }

  void decide(std::uint64_t ticket) {
    switch (number(9)) {
    case 0:
      return gate_.decide({ticket}, hold{}, now_);
    case 1:
      return gate_.decide({ticket}, reply_with{body({"at once"})}, now_);
    case 2:
      return gate_.decide({ticket}, discard{"why not"}, now_);
    case 3:
      return gate_.decide({ticket}, give_to_worker{frame("w")}, now_);
    case 4:
      return gate_.decide({ticket}, forward_to{"mmi.nowhere"}, now_);
    case 5:
      return gate_.decide_reply({ticket}, hold{}, now_);
    case 6:
      return gate_.decide_reply({ticket}, discard{"a secret"}, now_);
    case 7:
      return gate_.decide_reply({ticket}, forward_on{}, now_);
    default:
      return gate_.decide({ticket}, forward_to{"other"}, now_);
    }
  }

  void answer() {
    const auto id = any_request([](const auto& each) { return each.is_with_service; });
    if (!id)
      return;
    auto& request = requests_.at(*id);
    const bool is_final = number(3) == 0;
    gate_.answered(*id, 1, is_final, body({std::to_string(++request.parts_sent)}), sink_id{1},
                   now_);
    if (is_final)
      request.is_with_service = false; // it says no more
  }

  void service_refuses() {
    if (const auto id = any_request([](const auto& each) { return each.is_with_service; }))
      gate_.refused(*id, refusal::expired, now_);
  }

  void give_back() {
    const auto id =
      any_request([](const auto& each) { return each.is_with_service && each.parts_sent == 0; });
    if (!id)
      return;
    auto& request = requests_.at(*id);
    request.is_with_service = false;
    job what{*id, frame("client"), request.body, now_ + 5s};
    gate_.returned(what, now_);
  }

  void compare() {
    gate_.actions().drain([this](route_gate_action&& action) { std::visit(*this, action); });
    REQUIRE_FALSE(gate_.is_stuck());
    REQUIRE(gate_.undecided() + gate_.forwarded() == requests_.size());
    REQUIRE(gate_.undecided() <= max_requests);
    REQUIRE(gate_.footprint() <= small_config().max_bytes);
    REQUIRE(budget_->bytes() == gate_.footprint());
    REQUIRE(budget_->requests() == gate_.undecided());
    REQUIRE((gate_.next_deadline() == never) == (gate_.undecided() + gate_.replies() == 0));
  }

  void ended(job_id id) { REQUIRE(requests_.erase(id) == 1); }

public:
  void operator()(const ask_about_request& ask) {
    REQUIRE(ask.what.ticket.value > tickets_);
    tickets_ = ask.what.ticket.value;
    asked_.insert(tickets_);
  }
  void operator()(const ask_about_reply& ask) {
    REQUIRE(ask.what.ticket.value > tickets_);
    tickets_ = ask.what.ticket.value;
    asked_.insert(tickets_);
  }
  void operator()(const withdraw_question_of_route& gone) { asked_.erase(gone.ticket.value); }
  void operator()(const forward_request& way) {
    auto& request = requests_.at(way.what.id);
    REQUIRE_FALSE(request.is_with_service);
    REQUIRE(way.what.body == request.body);
    request.is_with_service = true;
  }
  void operator()(const forward_to_one& way) {
    auto& request = requests_.at(way.what.id);
    REQUIRE_FALSE(request.is_with_service);
    REQUIRE(way.what.body == request.body);
    request.is_with_service = true;
  }
  void operator()(const answer_routed& answer) {
    auto& request = requests_.at(answer.id);
    if (answer.from == sink_id{1}) { // in their order, though some may have been left out
      const auto part = std::stoull(std::string(answer.body[0].text()));
      REQUIRE(part > request.parts_told);
      request.parts_told = part;
    }
    if (answer.is_final)
      ended(answer.id);
  }
  void operator()(const refuse_routed& refused) { ended(refused.id); }
  void operator()(const cancel_forwarded&) {}
  void operator()(const note_discarded&) {}

private:
  template <class Fits>
  std::optional<job_id> any_request(Fits fits) {
    std::vector<job_id> all;
    for (const auto& [id, request] : requests_)
      if (fits(request))
        all.push_back(id);
    return all.empty() ? std::nullopt : std::optional(all[number(all.size())]);
  }

  void wind_down() {
    gate_.stop(now_);
    compare();
    now_ += 1h;
    gate_.tick(now_);
    compare();
    while (const auto id = any_request([](const auto& each) { return each.is_with_service; })) {
      gate_.refused(*id, refusal::expired, now_);
      compare();
    }
    CHECK(requests_.empty());
    CHECK(gate_.footprint() == 0);
    CHECK(gate_.replies() == 0);
    CHECK(gate_.held() == 0);
  }

  std::mt19937 random_;
  std::shared_ptr<broker_budget> budget_ =
    std::make_shared<broker_budget>(budget_config{1'000, 1U << 20U});
  route_gate gate_;
  time_point now_ = at(0s);
  std::uint64_t sequence_ = 0;
  std::uint64_t tickets_ = 0; // the latest
  std::uint64_t router_ = 0;
  std::set<std::uint64_t> asked_; // tickets that may still be decided
  std::map<job_id, modelled_request> requests_;
};

} // namespace

TEST_CASE("a gate loses no request and no bound, whatever routers and services do") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    modelled_gate(seed).run(500);
  }
}
