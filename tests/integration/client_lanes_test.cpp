#include "integration/client_forms.hpp"

#include <doctest/doctest.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

// Against a broker that was not written here: a bare ROUTER, which knows no envelope.

using namespace mdp;
using namespace mdp::test;
using namespace std::chrono_literals;

namespace {

using frames = std::vector<std::string>;

/// Answers `mmi.version` as it is told to, or not at all, and every other request twice, the second
/// time when its successor has come: so whoever is wrong about whose reply it is will be found out.
class foreign_broker {
public:
  explicit foreign_broker(std::string version_code) : version_code_(std::move(version_code)) {
    router_.set(zmq::sockopt::linger, 0);
    router_.set(zmq::sockopt::rcvtimeo, 10);
    router_.bind("tcp://127.0.0.1:*");
    endpoint_ = router_.get(zmq::sockopt::last_endpoint);
    thread_ = std::thread([this] { serve(); });
  }

  ~foreign_broker() {
    is_over_ = true;
    thread_.join();
  }

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] int strange() const noexcept { return strange_; }
  [[nodiscard]] int most_on_one_socket() const noexcept { return most_on_one_socket_; }
  [[nodiscard]] int questions() const noexcept { return questions_; }

private:
  void serve() {
    std::optional<frames> last;
    std::map<std::string, int> requests; // by routing id
    while (!is_over_) {
      std::vector<zmq::message_t> parts;
      if (!zmq::recv_multipart(router_, std::back_inserter(parts)))
        continue;
      frames asked;
      for (const auto& part : parts)
        asked.push_back(part.to_string());
      if (asked.size() < 5 || asked[1] != "MDPC02" || asked[2] != "\x01") {
        ++strange_;
        continue;
      }
      if (asked[3] == "mmi.version") {
        ++questions_;
        if (!version_code_.empty())
          send({asked[0], "MDPC02", "\x03", asked[3], version_code_});
        continue;
      }
      most_on_one_socket_ = std::max(most_on_one_socket_.load(), ++requests[asked[0]]);
      const frames reply{asked[0], "MDPC02", "\x03", asked[3], asked[4]};
      send(reply);
      if (last)
        send(*last);
      last = reply;
    }
  }

  void send(const frames& what) {
    for (std::size_t i = 0; i < what.size(); ++i)
      router_.send(zmq::buffer(what[i]),
                   i + 1 < what.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }

  std::string version_code_;
  zmq::context_t context_;
  zmq::socket_t router_{context_, zmq::socket_type::router};
  std::string endpoint_;
  std::atomic<bool> is_over_ = false;
  std::atomic<int> strange_ = 0;
  std::atomic<int> most_on_one_socket_ = 0;
  std::atomic<int> questions_ = 0;
  std::thread thread_;
};

} // namespace

TEST_CASE("a broker that echoes no envelopes gets each request on a socket of its own") {
  for (const auto* code : {"501", ""}) { // one that says so, and one that has no MMI
    foreign_broker broker(code);
    mdp::client client(client_at(broker.endpoint()));
    std::vector<std::future<request_result>> pending;
    for (int i = 0; i < 300; ++i)
      pending.push_back(client.submit("echo", {frame(std::to_string(i))}, patient()));
    for (int i = 0; i < 300; ++i)
      CHECK(pending[static_cast<std::size_t>(i)].get() == message{frame(std::to_string(i))});
    for (int i = 0; i < 20; ++i)
      CHECK(client.request("echo", {frame(std::to_string(i))}, patient()) ==
            message{frame(std::to_string(i))});
    CHECK(broker.most_on_one_socket() == 1);
    CHECK(broker.strange() == 0);
    CHECK(broker.questions() >= 1);
  }
}

TEST_CASE("a program that asks one question sends just that") {
  foreign_broker broker("501");
  mdp::client client(client_at(broker.endpoint()));
  CHECK(client.request("echo", {frame("x")}, patient()) == message{frame("x")});
  CHECK(broker.questions() == 0);
  CHECK(broker.most_on_one_socket() == 1);
}
