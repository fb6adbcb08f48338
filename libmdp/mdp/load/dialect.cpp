#include "mdp/load/dialect.hpp"

#include <cstring>
#include <iterator>
#include <string>
#include <utility>

namespace mdp::load {

namespace {

zmq::message_t command_frame(std::uint8_t command) {
  return zmq::message_t(&command, 1);
}

bool is_command(const zmq::message_t& part, std::uint8_t command) {
  return part.size() == 1 && *part.data<std::uint8_t>() == command;
}

/// libzmq shares a large message's bytes and copies a small one's.
zmq::message_t shared(zmq::message_t& part) {
  zmq::message_t copy;
  copy.copy(part);
  return copy;
}

// The commands, as RFC 7 and RFC 18 number them.
constexpr std::uint8_t ready_command = 1;
constexpr std::uint8_t request_command = 2;
constexpr std::uint8_t client_request_command = 1;
constexpr std::uint8_t client_partial_command = 2;
constexpr std::uint8_t client_final_command = 3;
constexpr std::uint8_t partial_command = 3;
constexpr std::uint8_t reply_0_1 = 3;
constexpr std::uint8_t final_0_2 = 4;
constexpr std::uint8_t heartbeat_0_1 = 4;
constexpr std::uint8_t heartbeat_0_2 = 5;
constexpr std::uint8_t disconnect_0_1 = 5;
constexpr std::uint8_t disconnect_0_2 = 6;

} // namespace

bool send_all(zmq::socket_ref socket, frames& message) {
  for (std::size_t i = 0; i < message.size(); ++i) {
    auto flags = zmq::send_flags::dontwait;
    if (i + 1 < message.size())
      flags = flags | zmq::send_flags::sndmore;
    if (!socket.send(message[i], flags))
      return false; // only the first frame can meet that
  }
  message.clear();
  return true;
}

bool receive_all(zmq::socket_ref socket, frames& message) {
  message.clear();
  do {
    auto& part = message.emplace_back();
    if (!socket.recv(part, zmq::recv_flags::dontwait)) {
      message.clear();
      return false;
    }
  } while (message.back().more());
  return true;
}

zmq::message_t text_frame(std::string_view text) {
  return zmq::message_t(text.data(), text.size());
}

void dialect::request(std::string_view service, zmq::message_t body, frames& into) const {
  into.clear();
  if (spoken_ == protocol::v0_1) {
    into.emplace_back();
    into.push_back(text_frame("MDPC01"));
  } else {
    into.push_back(text_frame("MDPC02"));
    into.push_back(command_frame(client_request_command));
  }
  into.push_back(text_frame(service));
  into.push_back(std::move(body));
}

std::optional<answer> dialect::read_answer(const frames& message) const {
  if (message.size() < 4)
    return std::nullopt;
  if (spoken_ == protocol::v0_1)
    return message[0].size() == 0 && message[1].to_string_view() == "MDPC01"
             ? std::optional(answer{true, 3})
             : std::nullopt;
  if (message[0].to_string_view() != "MDPC02")
    return std::nullopt;
  if (is_command(message[1], client_partial_command))
    return answer{false, 3};
  if (is_command(message[1], client_final_command))
    return answer{true, 3};
  return std::nullopt;
}

void dialect::worker_header(std::uint8_t command_0_1, std::uint8_t command_0_2,
                            frames& into) const {
  into.clear();
  if (spoken_ == protocol::v0_1) {
    into.emplace_back();
    into.push_back(text_frame("MDPW01"));
    into.push_back(command_frame(command_0_1));
  } else if (spoken_ == protocol::v0_2) {
    into.push_back(text_frame("MDPW02"));
    into.push_back(command_frame(command_0_2));
  }
}

void dialect::ready(std::string_view service, std::uint32_t capacity, frames& into) const {
  worker_header(ready_command, ready_command, into);
  if (into.empty())
    return;
  into.push_back(text_frame(service));
  if (capacity > 1)
    into.push_back(text_frame("capacity=" + std::to_string(capacity)));
}

void dialect::heartbeat(frames& into) const {
  worker_header(heartbeat_0_1, heartbeat_0_2, into);
}

void dialect::disconnect(frames& into) const {
  worker_header(disconnect_0_1, disconnect_0_2, into);
}

worker_news dialect::read_at_worker(frames& message, job& into) const {
  const auto take = [&](std::size_t address, std::size_t body) {
    into.address.clear();
    into.body.clear();
    for (auto i = address; i < message.size(); ++i)
      (i < body ? into.address : into.body).push_back(std::move(message[i]));
    return worker_news::request;
  };
  if (spoken_ == protocol::proxy) { // address, MDPC02, command, service, body
    if (message.size() < 5)
      return worker_news::nonsense;
    message[2] = command_frame(client_final_command);
    return take(0, 4);
  }
  const std::size_t at = spoken_ == protocol::v0_1 ? 1 : 0;
  if (message.size() < at + 2 || (at == 1 && message[0].size() != 0) ||
      message[at].to_string_view() != (at == 1 ? "MDPW01" : "MDPW02"))
    return worker_news::nonsense;
  const auto& command = message[at + 1];
  if (is_command(command, request_command) && message.size() >= at + 5)
    return take(at + 2, at + 4);
  if (is_command(command, at == 1 ? heartbeat_0_1 : heartbeat_0_2))
    return worker_news::heartbeat;
  if (is_command(command, at == 1 ? disconnect_0_1 : disconnect_0_2))
    return worker_news::disconnect;
  return worker_news::nonsense;
}

void dialect::answer_to(job& what, frames& into) const {
  const bool is_last = what.parts_left == 0;
  worker_header(reply_0_1, is_last ? final_0_2 : partial_command, into);
  if (is_last) {
    std::move(what.address.begin(), what.address.end(), std::back_inserter(into));
    std::move(what.body.begin(), what.body.end(), std::back_inserter(into));
    return;
  }
  for (auto* some : {&what.address, &what.body})
    for (auto& part : *some)
      into.push_back(shared(part));
  if (spoken_ == protocol::proxy)
    into[2] = command_frame(client_partial_command);
}

} // namespace mdp::load
