#include "mdp/actors/io/zap_door.hpp"

#include "mdp/actors/io/loop_sockets.hpp"
#include "mdp/defaults.hpp"
#include "mdp/net/frames_io.hpp"

#include <utility>

namespace mdp::actors::io {

zap_door::zap_door(zmq::context_t& context, security::admission rules)
    : socket_(context, zmq::socket_type::rep), rules_(std::move(rules)) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind("inproc://zeromq.zap.01");
}

bool zap_door::answer(time_point now, std::vector<loop_report>& reports) {
  constexpr net::message_bounds bounds{defaults::max_message_frames, defaults::max_message_bytes};
  for (std::size_t count = 0; count < defaults::zap_turn_max_requests; ++count) {
    message request;
    switch (net::receive(socket_, bounds, request).status) {
    case net::receive_status::nothing:
      return false;
    case net::receive_status::terminated:
      throw context_terminated();
    default: // what was over a bound is empty now, and refused
      break;
    }
    auto verdict = rules_.judge(request);
    // A session that has ended meanwhile is no matter.
    if (net::send(socket_, encode(verdict.reply)) == net::send_status::terminated)
      throw context_terminated();
    if (!verdict.is_welcome())
      reports.push_back(
        admission_refused{std::move(verdict.address), std::move(verdict.key), verdict.reason, now});
  }
  return true;
}

} // namespace mdp::actors::io
