#include "mdp/actors/io/zap_door.hpp"

#include "mdp/actors/io/loop_sockets.hpp"
#include "mdp/defaults.hpp"
#include "mdp/net/frames_io.hpp"

#include <utility>

namespace mdp::actors::io {

zap_door::zap_door(zmq::context_t& context, guard_sockets& command,
                   security::password_checker::listener checked)
    : socket_(context, zmq::socket_type::router), rules_(std::move(command.rules)) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind("inproc://zeromq.zap.01");
  if (command.passwords)
    passwords_ = std::make_unique<security::password_checker>(std::move(command.passwords),
                                                              std::move(checked));
}

bool zap_door::answer(time_point now, std::vector<loop_report>& reports) {
  constexpr net::message_bounds bounds{defaults::max_message_frames, defaults::max_message_bytes};
  for (std::size_t count = 0; count < defaults::zap_turn_max_requests; ++count) {
    question asked;
    message request;
    switch (net::receive_from(socket_, bounds, asked.asker, request).status) {
    case net::receive_status::nothing:
      return false;
    case net::receive_status::terminated:
      throw context_terminated();
    default: // what was over a bound is empty now, and refused
      break;
    }
    asked.delimiter = request.pop().value_or(frame());
    asked.verdict = rules_.judge(request);
    if (!asked.verdict.password) {
      reply(std::move(asked), now, reports);
    } else if (auto verdict = check(asked)) {
      asked.verdict = *std::move(verdict);
      reply(std::move(asked), now, reports);
    }
  }
  return true;
}

std::optional<security::admission::verdict> zap_door::check(question& asked) {
  using security::admission, security::admission_refusal;
  auto& verdict = asked.verdict;
  if (!passwords_)
    return admission::settle(std::move(verdict), admission_refusal::wrong_password);
  if (passwords_->knows(verdict.key, verdict.password->text()))
    return admission::settle(std::move(verdict), std::nullopt);
  security::secret password(0);
  std::swap(password, *verdict.password);
  const auto number = ++last_;
  if (!passwords_->submit({number, verdict.address, verdict.key, std::move(password)}))
    return admission::settle(std::move(verdict), admission_refusal::too_many_checks);
  open_.emplace(number, std::move(asked));
  return std::nullopt;
}

void zap_door::settle(const password_checked& news, time_point now,
                      std::vector<loop_report>& reports) {
  using security::admission_refusal;
  auto open = open_.extract(news.number);
  if (open.empty())
    return;
  auto& asked = open.mapped();
  asked.verdict = security::admission::settle(
    std::move(asked.verdict),
    news.is_right ? std::nullopt : std::optional(admission_refusal::wrong_password));
  reply(std::move(asked), now, reports);
}

void zap_door::reply(question answered, time_point now, std::vector<loop_report>& reports) {
  auto& verdict = answered.verdict;
  message frames{std::move(answered.delimiter)};
  frames.append(encode(verdict.reply));
  // A session that has ended meanwhile is no matter.
  if (net::send_to(socket_, answered.asker, frames) == net::send_status::terminated)
    throw context_terminated();
  if (!verdict.is_welcome())
    reports.push_back(
      admission_refused{std::move(verdict.address), std::move(verdict.key), verdict.reason, now});
}

} // namespace mdp::actors::io
