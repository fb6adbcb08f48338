#include "integration/client_forms.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <semaphore>
#include <vector>

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;
using wire::protocol_version;

namespace {

/// Sends as many numbered parts as the request says, each with so many bytes behind it.
actors::work_function counting(std::size_t bytes = 0) {
  return [bytes](const message& request, const actors::send_part_function& send_part) {
    const auto count = std::stoi(std::string(request[0].text()));
    for (int i = 0; i < count; ++i)
      send_part({frame(std::to_string(i)), frame(std::string(bytes, '.'))});
    return message{frame("end")};
  };
}

/// Reads a stream to its end: the parts are numbered from `from` on. How many came.
int read_all(reply_stream& stream, int from = 0) {
  for (int next = from;; ++next) {
    const auto part = stream.next();
    REQUIRE_MESSAGE(part.has_value(), to_string(part.error()));
    if (part->is_last) {
      CHECK(part->body[0].text() == "end");
      return next;
    }
    CHECK(part->body[0].text() == std::to_string(next));
  }
}

} // namespace

TEST_CASE("18-5 a reply is streamed part by part, and ends") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "count", counting());
  mdp::client client(client_at(broker.endpoint()));
  for (const int count : {0, 1, 3000}) {
    auto stream = client.stream("count", {frame(std::to_string(count))}, patient());
    CHECK(read_all(stream) == count);
    CHECK(stream.next().error() == request_failure::cancelled);
  }
}

TEST_CASE("a 0.1 client gets what was streamed as one last part, and a 0.1 worker's as well") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "count", counting());
  auto config = client_at(broker.endpoint());
  config.version = protocol_version::v0_1;
  mdp::client old_client(config);
  auto stream = old_client.stream("count", {frame("3")}, patient());
  const auto all = stream.next();
  REQUIRE(all);
  CHECK(all->is_last);
  CHECK(all->body.size() == 7);
  local_worker old_worker(broker.endpoint(), "count.old", counting(), protocol_version::v0_1);
  mdp::client client(client_at(broker.endpoint()));
  auto from_old = client.stream("count.old", {frame("2")}, patient());
  const auto whole = from_old.next();
  REQUIRE(whole);
  CHECK(whole->is_last);
}

TEST_CASE("a reader that takes its time holds up nobody else, and misses nothing") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "count", counting(10'000));
  local_worker echoing(broker.endpoint(), "echo", echo);
  mdp::client client(client_at(broker.endpoint()));
  // 30 MB: more than is read ahead.
  auto stream = client.stream("count", {frame("3000")}, patient());
  auto first = stream.next();
  REQUIRE(first);
  for (int i = 0; i < 200; ++i)
    CHECK(client.request("echo", {frame("x")}, patient()).has_value());
  CHECK(read_all(stream, 1) == 3000);
}

TEST_CASE("a reader that is slower than the time-out does not lose its stream by it") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "count", counting());
  mdp::client client(client_at(broker.endpoint()));
  REQUIRE(client.request("count", {frame("0")}, patient())); // the worker is there
  auto hasty = patient();
  hasty.timeout = 4s; // from part to part, on any machine
  auto stream = client.stream("count", {frame("1000")}, hasty);
  REQUIRE(stream.next());
  // Meanwhile another request times out that has more patience.
  hasty.timeout = 5s;
  CHECK(client.request("nobody", {frame("x")}, hasty).error() == request_failure::timed_out);
  CHECK(read_all(stream, 1) == 1000);
}

TEST_CASE("a stream that is cancelled in the middle is over, and its client goes on") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "count", counting());
  local_worker echoing(broker.endpoint(), "echo", echo);
  mdp::client client(client_at(broker.endpoint()));
  {
    auto stream = client.stream("count", {frame("2000")}, patient());
    REQUIRE(stream.next());
    stream.cancel();
    CHECK(stream.next().error() == request_failure::cancelled);
    auto dropped = client.stream("count", {frame("2000")}, patient());
    REQUIRE(dropped.next());
    auto moved = std::move(dropped);
    REQUIRE(moved.next());
    moved = client.stream("count", {frame("3")}, patient()); // the old one is cancelled
    CHECK(read_all(moved) == 3);
  }
  CHECK(eventually([&] { return client.statistics().open == 0; }));
  CHECK(client.request("echo", {frame("x")}, patient()) == message{frame("x")});
}

TEST_CASE(
  "a stream that breaks off behind its first part is told apart from one that never began") {
  local_broker broker;
  std::counting_semaphore<> may_end{1};
  local_worker worker(broker.endpoint(), "stuck",
                      [&](const message& request, const auto& send_part) {
                        send_part({frame("one")});
                        may_end.acquire();
                        return request;
                      });
  mdp::client client(client_at(broker.endpoint()));
  REQUIRE(client.request("stuck", {frame("x")}, patient())); // the worker is there
  auto hasty = patient();
  hasty.timeout = 5s; // until the first part, on any machine
  auto stream = client.stream("stuck", {frame("x")}, hasty);
  REQUIRE(stream.next());
  CHECK(stream.next().error() == request_failure::stream_broken);
  hasty.timeout = 100ms; // for a part that never comes
  CHECK(client.stream("nobody", {frame("x")}, hasty).next().error() == request_failure::timed_out);
  may_end.release();
}

TEST_CASE("parts reach a callback in order and ahead of the end") {
  local_broker broker;
  local_worker worker(broker.endpoint(), "count", counting());
  mdp::client client(client_at(broker.endpoint()));
  auto options = patient();
  int next = 0;
  bool in_order = true;
  options.on_part = [&](const message& part) {
    in_order = in_order && part[0].text() == std::to_string(next++);
  };
  CHECK(client.request("count", {frame("1000")}, std::move(options)) == message{frame("end")});
  CHECK(next == 1000);
  CHECK(in_order);
}
