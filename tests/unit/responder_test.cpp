#include "mdp/defaults.hpp"
#include "mdp/service/request_handler.hpp"
#include "mdp/service/responder.hpp"
#include "mdp/service/status_reply.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace mdp;

namespace {

/// Keeps what it is sent: parts as "text", the end as "=text".
struct kept_answers {
  std::vector<std::string> said;
  std::atomic<bool> is_open{true};
};

class keeping_channel final : public answer_channel {
public:
  explicit keeping_channel(kept_answers& into) : into_(into) {}
  [[nodiscard]] bool is_open() const noexcept override { return into_.is_open; }
  void send(message body, bool is_final) override {
    into_.said.push_back((is_final ? "=" : "") +
                         (body.empty() ? std::string() : std::string(body[0].text())));
  }

private:
  kept_answers& into_;
};

responder answering(kept_answers& into) {
  return responder(std::make_unique<keeping_channel>(into));
}

message text(std::string_view t) {
  return {frame(t)};
}

message shout(message request) {
  request.append(frame("!"));
  return request;
}

using words = std::vector<std::string>;
const words silence_is_an_error{"=mdp-status 500 the service gave no answer"};

} // namespace

static_assert(!std::is_copy_constructible_v<responder>);
static_assert(!std::is_copy_assignable_v<responder>);

TEST_CASE("parts and one end are passed on in their order, and nothing after the end") {
  kept_answers kept;
  {
    auto answer = answering(kept);
    CHECK(answer.is_open());
    CHECK(answer.send_part(text("a")));
    CHECK(answer.send_part(text("b")));
    CHECK(answer.finish(text("c")));
    CHECK_FALSE(answer.is_open());
    CHECK_FALSE(answer.send_part(text("d")));
    CHECK_FALSE(answer.finish(text("e")));
    CHECK_FALSE(answer.fail(500, "f"));
  }
  CHECK(kept.said == words{"a", "b", "=c"});
}

TEST_CASE("a request whose responder goes without an answer gets an error reply, not silence") {
  kept_answers kept;
  { const auto answer = answering(kept); }
  CHECK(kept.said == silence_is_an_error);
}

TEST_CASE("a reply that was begun and given up ends with an error as well") {
  kept_answers kept;
  {
    auto answer = answering(kept);
    answer.send_part(text("a"));
  }
  CHECK(kept.said == words{"a", silence_is_an_error[0]});
}

TEST_CASE("the right to answer moves, and only its last holder has it") {
  kept_answers kept;
  kept_answers other;
  {
    auto first = answering(kept);
    auto second = std::move(first);
    CHECK_FALSE(first.is_open()); // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK_FALSE(first.finish(text("x")));
    CHECK(second.is_open());
    second = answering(other); // what it held before has lost its responder
    CHECK(kept.said == silence_is_an_error);
    CHECK(second.finish(text("y")));
  }
  CHECK(other.said == words{"=y"});
}

TEST_CASE("an answer after the conversation's end is harmless and says so") {
  kept_answers kept;
  {
    auto answer = answering(kept);
    CHECK(answer.send_part(text("a")));
    kept.is_open = false;
    CHECK_FALSE(answer.is_open());
    CHECK_FALSE(answer.send_part(text("b")));
    CHECK_FALSE(answer.finish(text("c")));
    kept.is_open = true; // nothing brings it back
    CHECK_FALSE(answer.is_open());
  }
  CHECK(kept.said == words{"a"});
}

TEST_CASE("fail says mdp-status with the code, and keeps its text to one short line") {
  kept_answers kept;
  answering(kept).fail(404, "no such\r\n\x1b[0mthing");
  CHECK(kept.said == words{"=mdp-status 404 no such   [0mthing"});
  const auto long_one = status_reply(500, std::string(100'000, 'x'));
  CHECK(long_one[0].size() ==
        std::string("mdp-status 500 ").size() + defaults::max_status_text_bytes);
}

TEST_CASE("many threads that end one request are one end, and no part comes behind it") {
  for (int round = 0; round < 50; ++round) {
    kept_answers kept;
    std::atomic<int> ends{0};
    std::atomic<int> parts{0};
    {
      auto answer = answering(kept);
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
          parts += answer.send_part(text("p")) ? 1 : 0;
          ends += answer.finish(text("end")) ? 1 : 0;
        });
    }
    CHECK(ends == 1);
    REQUIRE(kept.said.size() == static_cast<std::size_t>(parts) + 1);
    CHECK(kept.said.back() == "=end");
  }
}

TEST_CASE("a guard keeps a dropped request open until the reason is known") {
  kept_answers kept;
  {
    auto answer = answering(kept);
    answer_guard guard(answer);
    { const auto dropped = std::move(answer); }
    CHECK(kept.said.empty());
    CHECK(guard.fail(500, "the reason"));
  }
  CHECK(kept.said == words{"=mdp-status 500 the reason"});
}

TEST_CASE("a guard answers what was dropped, leaves alone what is kept, and can give back") {
  kept_answers dropped;
  {
    auto answer = answering(dropped);
    const answer_guard guard(answer);
    { const auto gone = std::move(answer); }
  }
  CHECK(dropped.said == silence_is_an_error);

  kept_answers kept;
  auto later = answering(kept);
  { const answer_guard guard(later); }
  CHECK(later.is_open());
  CHECK(later.finish(text("late")));
  CHECK(kept.said == words{"=late"});

  kept_answers given_back;
  {
    auto answer = answering(given_back);
    answer_guard guard(answer);
    guard.give_back();
    CHECK_FALSE(answer.is_open());
    CHECK_FALSE(guard.fail(500, "x"));
  }
  CHECK(given_back.said.empty());
}

TEST_CASE("a handler has one of three shapes") {
  kept_answers kept;
  const request_handler replies = [](const message& request) { return request; };
  replies(text("a"), answering(kept));
  CHECK(kept.said == words{"=a"});

  kept.said.clear();
  const request_handler function = shout;
  function(text("a"), answering(kept));
  CHECK(kept.said == words{"=a"});

  kept.said.clear();
  const request_handler streams = [](message request, const send_part_function& send_part) {
    CHECK(send_part(text("1")));
    CHECK(send_part(text("2")));
    return request;
  };
  streams(text("b"), answering(kept));
  CHECK(kept.said == words{"1", "2", "=b"});

  kept.said.clear();
  std::optional<responder> held;
  const request_handler keeps = [&](message, responder answer) { held.emplace(std::move(answer)); };
  keeps(text("c"), answering(kept));
  CHECK(kept.said.empty());
  CHECK(held->finish(text("later")));
  CHECK(kept.said == words{"=later"});
}

TEST_CASE("a handler may have state and need not be copyable; copies of it share the state") {
  struct counting {
    std::unique_ptr<int> calls = std::make_unique<int>(0);
    message operator()(message) { return {frame(std::to_string(++*calls))}; }
  };
  kept_answers kept;
  const request_handler first = counting{};
  const auto second = first; // NOLINT(performance-unnecessary-copy-initialization)
  first(text("x"), answering(kept));
  second(text("x"), answering(kept));
  CHECK(kept.said == words{"=1", "=2"});
}

TEST_CASE("a handler without work says so") {
  CHECK_FALSE(request_handler());
  CHECK_FALSE(request_handler(std::function<message(message)>()));
  CHECK(request_handler([](message request) { return request; }));
}

TEST_CASE("what a handler throws can be the answer, whatever became of its responder") {
  const request_handler works[] = {
    [](message) -> message { throw std::runtime_error("out of paper"); },
    [](message, responder answer) {
      const auto mine = std::move(answer);
      throw std::runtime_error("out of paper");
    },
  };
  for (const auto& work : works) {
    kept_answers kept;
    {
      auto answer = answering(kept);
      answer_guard guard(answer);
      try {
        work(text("x"), std::move(answer));
      } catch (const std::exception& reason) {
        guard.fail(500, reason.what());
      }
    }
    CHECK(kept.said == words{"=mdp-status 500 out of paper"});
  }
}
