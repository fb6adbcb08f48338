#include "mdp/actors/service/answer_box.hpp"
#include "support/deterministic_system.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace mdp;
using namespace mdp::test;

namespace {

constexpr peer_id client{1};
constexpr sink_id own{7};

struct fixture {
  void put(std::uint64_t job, const std::string& body) {
    box->put(actors::job_answered{own, {client, job}, 1, true, {frame(body)}});
  }

  /// How often the queue was told.
  std::size_t news() {
    system.run();
    return queue.take_only<actors::answers_ready>().size();
  }

  std::vector<std::string> taken() {
    std::vector<actors::job_answered> all;
    box->take(all);
    std::vector<std::string> bodies;
    for (const auto& each : all)
      bodies.emplace_back(each.body[0].text());
    return bodies;
  }

  deterministic_system system;
  recorder<actors::job_source_actor, actors::stop, actors::sink_lost, actors::sink_loaded,
           actors::job_answered, actors::answers_ready>
    queue{system};
  std::shared_ptr<actors::answer_box> box =
    std::make_shared<actors::answer_box>(actors::sink_accepted{queue.handle(), own});
};

using words = std::vector<std::string>;

} // namespace

TEST_CASE_FIXTURE(fixture, "many answers are one message, and are taken in their order") {
  put(1, "a");
  put(2, "b");
  put(3, "c");
  CHECK(news() == 1);
  CHECK(taken() == words{"a", "b", "c"});
  CHECK(taken().empty());
}

TEST_CASE_FIXTURE(fixture, "each answer that comes into an empty box is told at once") {
  for (const auto* body : {"a", "b", "c"}) {
    put(1, body);
    CHECK(news() == 1);
    CHECK(taken() == words{body});
  }
}

TEST_CASE_FIXTURE(fixture,
                  "an answer is ahead of what is sent behind it, be it the second in the box") {
  put(1, "a");
  put(2, "b");
  actors::post(queue.handle(), actors::sink_lost{own, {}});
  system.run();
  const auto got = queue.take();
  REQUIRE(got.size() == 2);
  CHECK(std::holds_alternative<actors::answers_ready>(got[0]));
  CHECK(std::holds_alternative<actors::sink_lost>(got[1]));
  CHECK(taken() == words{"a", "b"});
}
