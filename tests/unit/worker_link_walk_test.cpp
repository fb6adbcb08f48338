#include "mdp/engine/worker_link.hpp"
#include "unit/broker_side.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

// What the header promises, whatever a worker does and in whatever order: it gets no more requests
// than it has room for, each is answered at most once and only under its own address, `worker_ended`
// comes once and is the last action, and nothing follows it.

using namespace mdp;
using namespace mdp::engine;
using namespace mdp::testing;
using namespace mdp::testing::broker_side;

namespace {

class walk {
public:
  explicit walk(std::uint32_t seed) : dice_(seed), link_({{1s, 4}, policy(), 60s}, at(0s)) {}

  void run() {
    for (int step = 0; step < 200 && !(link_.has_ended() && roll(5) == 0); ++step) {
      now_ += std::chrono::milliseconds(roll(400));
      one_step();
      carry_out();
      REQUIRE(link_.in_flight() <= room_);
      REQUIRE((link_.next_deadline() == never) == link_.has_ended());
      REQUIRE(link_.has_ended() == has_ended_);
    }
  }

private:
  std::uint32_t roll(std::uint32_t sides) {
    return std::uniform_int_distribution<std::uint32_t>(0, sides - 1)(dice_);
  }
  busy_policy policy() { return roll(2) == 0 ? busy_policy::lenient : busy_policy::strict; }

  void one_step() {
    switch (roll(12)) {
    case 0:
      return link_.handle(ready(), now_);
    case 1:
    case 2:
      return link_.handle(wire::heartbeat{}, now_);
    case 3:
      return link_.handle(wire::worker_partial{address(), body({"p"})}, now_);
    case 4:
    case 5:
      return link_.handle(wire::worker_final{address(), body({"f"})}, now_);
    case 6:
      return link_.tick(now_);
    case 7:
      return link_.probe(now_);
    case 8:
      return roll(8) == 0 ? link_.handle(wire::disconnect{}, now_) : link_.tick(now_);
    case 9:
      return roll(8) == 0 ? rare_end() : link_.tick(now_);
    default:
      return assign();
    }
  }

  void rare_end() {
    switch (roll(3)) {
    case 0:
      return link_.handle_invalid();
    case 1:
      return link_.handle_unreachable(roll(20));
    default:
      return link_.dismiss();
    }
  }

  wire::worker_ready ready() {
    if (link_.is_ready() && roll(10) != 0)
      return {"echo"}; // twice, but seldom enough that conversations last
    const auto announced = roll(2) == 0;
    return {roll(20) == 0 ? "mmi.x" : "echo", announced ? 1 + roll(3) : 1U, announced};
  }

  /// Mostly one that the worker was given, sometimes one that it was given before, or made up.
  frame address() {
    if (!addresses_.empty() && roll(10) != 0)
      return addresses_[roll(static_cast<std::uint32_t>(addresses_.size()))];
    return frame("client " + std::to_string(roll(5)));
  }

  /// As a queue does it: within the room, each job once, and also when it has not heard of the end.
  void assign() {
    if (link_.in_flight() >= room_)
      return;
    const auto job = job_of(++last_job_, 1); // a client of its own, as RFC 7 tells requests by them
    link_.assign({job.id, 1}, job.client_address, job.body, now_);
  }

  void carry_out() {
    link_.actions().drain([this](worker_link_action&& action) {
      REQUIRE_FALSE(has_ended_); // nothing comes behind the end
      if (auto* offer = std::get_if<offer_service>(&action)) {
        REQUIRE(room_ == 0);
        room_ = offer->capacity;
      } else if (auto* out = std::get_if<send_to_worker>(&action)) {
        REQUIRE(out->number == ++last_number_);
        if (auto* request = std::get_if<wire::worker_request>(&out->command)) {
          open_[words(request->body)] = true;
          addresses_.push_back(request->address);
        }
      } else if (auto* answer = std::get_if<worker_answer>(&action)) {
        auto& is_open = open_.at("ask " + std::to_string(answer->id.client.value) + ".1");
        REQUIRE(is_open); // no answer behind the final
        is_open = !answer->is_final;
      } else {
        has_ended_ = true;
      }
    });
  }

  std::mt19937 dice_;
  worker_link link_;
  time_point now_ = at(0s);
  std::uint32_t room_ = 0;
  std::uint64_t last_job_ = 0;
  std::uint64_t last_number_ = 0;
  bool has_ended_ = false;
  std::map<std::string, bool> open_; // by the request's body: not answered in full yet
  std::vector<frame> addresses_;
};

} // namespace

TEST_CASE("A1 A2 a link keeps its promises whatever a worker says, and in whatever order") {
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    walk(seed).run();
  }
}
