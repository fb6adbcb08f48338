// A cloud logger, 1 of 2: a broker that keeps what many programs log. Two services inside it share one
// book: "log.write" takes a line; "log.watch" streams all lines from a number on with a word in them,
// as they come, and ends after a second without news, with the number to go on from.
//
//     log_server [ENDPOINT] [--curve [--certificate FILE]]
//     mdp request log.write 'the disk is full'

#include "examples/arguments.hpp"
#include "mdp/actors/runtime/broker_runtime.hpp"
#include "mdp/actors/runtime/signals.hpp"

#include <condition_variable>
#include <deque>
#include <iostream>
#include <mutex>
#include <semaphore>
#include <string>

namespace {

class log_book {
public:
  mdp::message write(const mdp::message& request) {
    const std::lock_guard guard(mutex_);
    lines_.emplace_back(request[0].text());
    for (; lines_.size() > 10'000; ++first_)
      lines_.pop_front();
    news_.notify_all();
    return {mdp::frame(std::to_string(first_ + lines_.size() - 1))};
  }

  mdp::message watch(const mdp::message& request, const mdp::send_part_function& send) {
    if (request.size() != 2)
      throw std::invalid_argument("say a number and a word"); // what is thrown is the answer
    std::size_t next = std::stoul(std::string(request[0].text()));
    std::unique_lock guard(mutex_);
    const auto has_news = [&] { return next < first_ + lines_.size(); };
    while (news_.wait_for(guard, std::chrono::seconds(1), has_news)) {
      next = std::max(next, first_);
      const std::string line = lines_[next - first_];
      guard.unlock(); // a viewer that reads slowly holds up nobody else, and is dropped in the end
      if (line.find(request[1].text()) != std::string::npos &&
          !send({mdp::frame(std::to_string(next)), mdp::frame(line)}))
        break;
      guard.lock();
      ++next;
    }
    return {mdp::frame(std::to_string(next))};
  }

private:
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<std::string> lines_;
  std::size_t first_ = 0; // the number of the oldest line that is kept
};

} // namespace

int main(int argc, char** argv) {
  std::counting_semaphore<> ctrl_c{0};
  const mdp::actors::signal_watcher signals([&](int /*signal*/) { ctrl_c.release(); });
  log_book book;
  mdp::actors::broker_config config; // listens on tcp://127.0.0.1:5555
  examples::arguments(argc, argv).listen(config);
  mdp::actors::broker_runtime broker(config);
  mdp::actors::service_spec watch;
  watch.work = [&](const mdp::message& request, const mdp::send_part_function& send) {
    return book.watch(request, send);
  };
  watch.instances = 20; // viewers at a time, each on a thread of its own
  watch.on_exception = mdp::actors::exception_policy::answer; // which is all that is wrong then
  const mdp::actors::service_spec write{[&](const mdp::message& r) { return book.write(r); }};
  if (!broker.spawn_service("log.watch", watch) || !broker.spawn_service("log.write", write))
    return 1; // not with these names
  if (const auto started = broker.start(); !started) {
    std::cerr << started.error() << '\n';
    return 1;
  }
  std::cout << "The log is open; Ctrl-C closes it." << std::endl;
  ctrl_c.acquire();
  broker.stop();
}
