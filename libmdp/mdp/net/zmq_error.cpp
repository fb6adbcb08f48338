#include "mdp/net/zmq_error.hpp"

#include <zmq.h>

#include <string>

namespace mdp::net {

namespace {

class category final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "zmq"; }

  [[nodiscard]] std::string message(int value) const override { return zmq_strerror(value); }

  [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
    if (value < ZMQ_HAUSNUMERO)
      return {value, std::generic_category()};
    return {value, *this};
  }
};

} // namespace

const std::error_category& zmq_category() noexcept {
  static const category instance;
  return instance;
}

std::error_code last_zmq_error() noexcept {
  return zmq_error(zmq_errno());
}

} // namespace mdp::net
