// A worker that answers later. The service "auction" keeps each bid, whose body is a number; with the
// third one it closes: the highest gets "sold", the others "outbid". No thread waits meanwhile.
//
//     hello_deferred [ENDPOINT] [--server-key KEY [--certificate FILE]]

#include "examples/arguments.hpp"
#include "mdp/actors/runtime/signals.hpp"
#include "mdp/actors/runtime/worker_runtime.hpp"

#include <iostream>
#include <map>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>

namespace {

class auction {
public:
  void bid(const mdp::message& request, mdp::responder answer) {
    int amount = 0;
    try {
      amount = std::stoi(std::string(request[0].text()));
    } catch (const std::logic_error&) {
      answer.fail(400, "a bid is a number");
      return;
    }
    const std::lock_guard guard(mutex_);
    bids_.emplace(amount, std::move(answer));
    if (bids_.size() < 3)
      return;
    // Whoever has a responder may use it, in any thread: here one that lives as long as it takes.
    hammer_ = std::jthread([bids = std::move(bids_)]() mutable {
      for (auto bid = bids.begin(); bid != bids.end(); ++bid)
        bid->second.finish({mdp::frame(std::next(bid) == bids.end() ? "sold" : "outbid")});
    });
    bids_.clear();
  }

private:
  std::mutex mutex_;
  std::multimap<int, mdp::responder> bids_; // at the end the broker gives them to another worker
  std::jthread hammer_;
};

} // namespace

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });

  auction house;
  mdp::actors::worker_config config; // the broker is at tcp://127.0.0.1:5555
  examples::arguments(argc, argv).connect(config);
  config.service = "auction";
  config.work = [&](const mdp::message& request, mdp::responder answer) {
    house.bid(request, std::move(answer));
  };
  config.capacity = 100; // bids that are open at a time
  mdp::actors::worker_runtime worker(config);
  worker.start();
  std::cout << "The auction is open; Ctrl-C closes it." << std::endl;
  ctrl_c.acquire();
  worker.stop();
}
