#include "mdp/client/client.hpp"

#include "mdp/assert.hpp"
#include "mdp/client/client_loop.hpp"

#include <utility>

namespace mdp {

client::client(client_config config) {
  MDP_ASSERT(validate(config).empty());
  loop_ = std::make_shared<detail::client_loop>(std::move(config));
  thread_ = std::thread([loop = loop_] { loop->run(); });
}

client::~client() {
  loop_->stop();
  if (loop_->is_this_thread())
    thread_.detach(); // it holds what it needs, and ends when the callback that we are in has
  else
    thread_.join();
}

request_result client::request(std::string service, message body, request_options options) {
  if (loop_->is_this_thread())
    return tl::unexpected(request_failure::wrong_thread);
  return submit(std::move(service), std::move(body), std::move(options)).get();
}

std::future<request_result> client::submit(std::string service, message body,
                                           request_options options) {
  const auto promise = std::make_shared<std::promise<request_result>>();
  auto future = promise->get_future();
  const auto started =
    loop_->start(std::move(service), std::move(body), std::move(options),
                 [promise](request_result result) { promise->set_value(std::move(result)); });
  if (!started)
    promise->set_value(tl::unexpected(started.error()));
  return future;
}

tl::expected<request_id, request_failure> client::call(std::string service, message body,
                                                       on_end ended, request_options options) {
  return loop_->start(std::move(service), std::move(body), std::move(options), std::move(ended));
}

reply_stream client::stream(std::string service, message body, const request_options& options) {
  return {loop_, std::move(service), std::move(body), options};
}

awaited_reply client::ask(std::string service, message body, request_options options) {
  return {loop_, std::move(service), std::move(body), std::move(options)};
}

void client::cancel(request_id request) {
  loop_->cancel(request);
}

void client::stop() {
  loop_->stop();
}

client_statistics client::statistics() const {
  return loop_->statistics();
}

} // namespace mdp
