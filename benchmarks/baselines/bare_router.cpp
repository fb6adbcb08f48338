// What a broker costs at the least: a hand-written, single-threaded ROUTER loop that speaks just
// enough MDP 0.1 and 0.2 for `mdp bench`. No checks, no retry, no heartbeats, no limits: not a broker
// anybody should run, but the measure for ours.
//
//   bare_router ENDPOINT

#include <zmq.hpp>
#include <zmq_addon.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using frames = std::vector<zmq::message_t>;

struct worker {
  std::string id;
  struct service* serves = nullptr;
  bool is_v0_1 = false;
};

struct service {
  std::string name;
  std::deque<worker*> idle;   // once for each place that is free
  std::deque<frames> waiting; // each from its client's address to its body
};

class loop {
public:
  explicit loop(zmq::socket_t& router) : router_(router) {}

  /// From a peer: address, [""], header, and what follows.
  void take(frames in) {
    const std::size_t header = in[1].size() == 0 ? 2 : 1;
    if (in[header].to_string_view().starts_with("MDPC"))
      request(std::move(in), header);
    else
      from_worker(std::move(in), header);
  }

private:
  void request(frames in, std::size_t header) {
    auto& wanted =
      service_named(in[in[header].to_string_view() == "MDPC01" ? header + 1 : header + 2]);
    wanted.waiting.push_back(std::move(in));
    dispatch(wanted);
  }

  void from_worker(frames in, std::size_t header) {
    auto& who = workers_[in[0].to_string()];
    const auto command = in[header + 1].to_string_view();
    const bool is_v0_1 = in[header].to_string_view() == "MDPW01";
    if (command == "\x01") {
      who = {in[0].to_string(), &service_named(in[header + 2]), is_v0_1};
      const auto places = in.size() > header + 3
                            ? std::strtoul(in[header + 3].to_string().c_str() + 9, nullptr, 10)
                            : 1UL;
      for (auto i = 0UL; i < places; ++i)
        who.serves->idle.push_back(&who);
      dispatch(*who.serves);
    } else if (command == "\x03" || (command == "\x04" && !is_v0_1)) {
      // The client's version is in front of its address, where dispatch() has put it.
      const bool is_partial = command == "\x03" && !is_v0_1;
      answer(std::move(in), header, who, is_partial);
      if (!is_partial) {
        who.serves->idle.push_back(&who);
        dispatch(*who.serves);
      }
    }
  }

  /// A worker says: address, [""], header, command, client, "", body.
  void answer(frames in, std::size_t header, const worker& who, bool is_partial) {
    auto& client = in[header + 2];
    const bool is_v0_1 = client.data<char>()[0] == '1';
    router_.send(zmq::buffer(client.data<char>() + 1, client.size() - 1), zmq::send_flags::sndmore);
    if (is_v0_1) {
      router_.send(zmq::message_t(), zmq::send_flags::sndmore);
      router_.send(zmq::str_buffer("MDPC01"), zmq::send_flags::sndmore);
    } else {
      router_.send(zmq::str_buffer("MDPC02"), zmq::send_flags::sndmore);
      router_.send(is_partial ? zmq::str_buffer("\x02") : zmq::str_buffer("\x03"),
                   zmq::send_flags::sndmore);
    }
    router_.send(zmq::buffer(who.serves->name), zmq::send_flags::sndmore);
    send_rest(std::move(in), header + 4);
  }

  void dispatch(service& of) {
    while (!of.idle.empty() && !of.waiting.empty()) {
      auto request = std::move(of.waiting.front());
      of.waiting.pop_front();
      const auto& to = *of.idle.front();
      of.idle.pop_front();
      const std::size_t header = request[1].size() == 0 ? 2 : 1;
      const bool is_v0_1 = request[header].to_string_view() == "MDPC01";
      router_.send(zmq::buffer(to.id), zmq::send_flags::sndmore);
      if (to.is_v0_1)
        router_.send(zmq::message_t(), zmq::send_flags::sndmore);
      router_.send(to.is_v0_1 ? zmq::str_buffer("MDPW01") : zmq::str_buffer("MDPW02"),
                   zmq::send_flags::sndmore);
      router_.send(zmq::str_buffer("\x02"), zmq::send_flags::sndmore);
      client_ = is_v0_1 ? '1' : '2';
      client_ += request[0].to_string_view();
      router_.send(zmq::buffer(client_), zmq::send_flags::sndmore);
      router_.send(zmq::message_t(), zmq::send_flags::sndmore);
      send_rest(std::move(request), is_v0_1 ? header + 2 : header + 3);
    }
  }

  void send_rest(frames in, std::size_t from) {
    for (auto i = from; i < in.size(); ++i)
      router_.send(std::move(in[i]),
                   i + 1 < in.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }

  service& service_named(const zmq::message_t& name) {
    auto& found = services_[name.to_string()];
    if (found.name.empty())
      found.name = name.to_string_view();
    return found;
  }

  zmq::socket_t& router_;
  std::unordered_map<std::string, service> services_;
  std::unordered_map<std::string, worker> workers_;
  std::string client_; // a client's address as workers see it: behind its version
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bare_router ENDPOINT\n");
    return 2;
  }
  zmq::context_t context(1);
  zmq::socket_t router(context, zmq::socket_type::router);
  router.set(zmq::sockopt::linger, 0);
  router.set(zmq::sockopt::backlog, 1024);
  router.bind(argv[1]);
  std::printf("%s\n", router.get(zmq::sockopt::last_endpoint).c_str());
  std::fflush(stdout);

  loop all(router);
  for (;;) {
    frames in;
    if (zmq::recv_multipart(router, std::back_inserter(in)))
      all.take(std::move(in));
  }
}
