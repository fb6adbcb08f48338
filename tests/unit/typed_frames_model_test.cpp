#include "mdp/nested_message.hpp"
#include "support/wire_checks.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <concepts>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace mdp;
using namespace mdp::test;

namespace {

enum class shade : std::uint16_t { dark = 1 };

/// What a message must be like: byte strings, and what each kind of value looks like in one, written
/// down once more without the code under test.
using model = std::deque<std::string>;

/// Little-endian by arithmetic.
std::string bytes_of(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i, value /= 256)
    bytes.push_back(static_cast<char>(value % 256));
  return bytes;
}

/// One random operation after the other, on a message and on its model; each must do and say the
/// same with both.
class double_entry {
public:
  explicit double_entry(std::uint64_t seed) : random_(seed) {}

  void step() {
    switch (random_() % 18) {
    case 0:
      return number<std::int8_t>();
    case 1:
      return number<std::uint16_t>();
    case 2:
      return number<std::int32_t>();
    case 3:
      return number<std::uint64_t>();
    case 4:
      return real<float, std::uint32_t>();
    case 5:
      return real<double, std::uint64_t>();
    case 6:
      return truth();
    case 7:
      return enumerator();
    case 8:
      return text();
    case 9:
      return bytes();
    case 10:
      return memory();
    case 11:
      return empty();
    case 12:
      return address();
    case 13:
      return nested();
    case 14:
      return junk();
    case 15:
      return behind();
    case 16:
      return drop();
    default:
      return copy();
    }
  }

  void check() const {
    REQUIRE(message_.size() == model_.size());
    for (std::size_t i = 0; i < model_.size(); ++i)
      REQUIRE(message_[i] == model_[i]);
  }

private:
  bool pushes() { return random_() % 2 == 0; }

  std::string random_bytes() {
    std::string result(random_() % 80, '\0');
    for (char& c : result)
      c = static_cast<char>(random_());
    return result;
  }

  /// Pops a `T` and looks whether message and model agree: `fits` says what the value would be, or
  /// nothing if the top frame is none.
  template <class T, class Fits>
  void pop_as(Fits&& fits) {
    const auto seen = peek<T>(message_);
    const auto taken = pop<T>(message_);
    REQUIRE(seen.has_value() == taken.has_value());
    if (model_.empty()) {
      REQUIRE(taken.error() == message_error::no_frame);
      return;
    }
    const std::optional<T> expected = fits(model_.front());
    REQUIRE(taken.has_value() == expected.has_value());
    if (!expected)
      return;
    if constexpr (std::floating_point<T>)
      REQUIRE((std::isnan(*taken) ? std::isnan(*expected) : *taken == *expected));
    else
      REQUIRE(*taken == *expected);
    model_.pop_front();
  }

  template <class T>
  static std::optional<T> number_in(const std::string& bytes) {
    if (bytes.size() != sizeof(T))
      return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
      value = value * 256 + static_cast<unsigned char>(bytes[i]);
    return static_cast<T>(value);
  }

  template <class T>
  void number() {
    if (!pushes())
      return pop_as<T>(number_in<T>);
    const auto value = static_cast<T>(random_());
    push(message_, value);
    model_.push_front(bytes_of(static_cast<std::uint64_t>(value), sizeof(T)));
  }

  template <class T, class Bits>
  void real() {
    if (!pushes())
      return pop_as<T>([](const std::string& frame) -> std::optional<T> {
        const auto bits = number_in<Bits>(frame);
        return bits ? std::optional(std::bit_cast<T>(*bits)) : std::nullopt;
      });
    const auto value = static_cast<T>(static_cast<double>(random_()) / 3 - 1e18);
    push(message_, value);
    model_.push_front(bytes_of(std::bit_cast<Bits>(value), sizeof(T)));
  }

  void truth() {
    if (!pushes())
      return pop_as<bool>([](const std::string& frame) -> std::optional<bool> {
        const auto byte = number_in<std::uint8_t>(frame);
        return byte && *byte < 2 ? std::optional(*byte == 1) : std::nullopt;
      });
    const bool value = pushes();
    push(message_, value);
    model_.push_front(bytes_of(value ? 1 : 0, 1));
  }

  void enumerator() {
    if (!pushes())
      return pop_as<shade>([](const std::string& frame) -> std::optional<shade> {
        const auto value = number_in<std::uint16_t>(frame);
        return value ? std::optional(static_cast<shade>(*value)) : std::nullopt;
      });
    push(message_, shade::dark);
    model_.push_front(bytes_of(1, 2));
  }

  void text() {
    if (!pushes())
      return pop_as<std::string>([](const std::string& frame) {
        return is_utf8(frame) ? std::optional(frame) : std::nullopt;
      });
    const std::string value(random_() % 80, 't');
    push(message_, value);
    model_.push_front(value);
  }

  void bytes() {
    if (!pushes())
      return pop_as<std::vector<std::byte>>([](const std::string& frame) {
        const auto all = std::as_bytes(std::span(frame));
        return std::optional(std::vector<std::byte>(all.begin(), all.end()));
      });
    const auto value = random_bytes();
    push(message_, std::as_bytes(std::span(value)));
    model_.push_front(value);
  }

  void memory() {
    const auto value = random_bytes();
    if (pushes()) {
      push_memory(message_, value.data(), value.size());
      model_.push_front(value);
      return;
    }
    std::string room(pushes() && !model_.empty() ? model_.front().size() : random_() % 80, '?');
    const auto done = pop_memory(message_, std::as_writable_bytes(std::span(room)));
    REQUIRE(done.has_value() == (!model_.empty() && model_.front().size() == room.size()));
    if (!done)
      return;
    REQUIRE(room == model_.front());
    model_.pop_front();
  }

  void empty() {
    if (pushes()) {
      push_empty(message_);
      model_.emplace_front();
      return;
    }
    const auto done = pop_empty(message_);
    REQUIRE(done.has_value() == (!model_.empty() && model_.front().empty()));
    if (done)
      model_.pop_front();
  }

  void address() {
    if (pushes()) {
      wrap(message_, frame("id"));
      model_.emplace_front();
      model_.emplace_front("id");
      return;
    }
    const auto done = unwrap(message_);
    const bool fits = model_.size() >= 2 && !model_[0].empty() && model_[1].empty();
    REQUIRE(done.has_value() == fits);
    if (!fits)
      return;
    REQUIRE(*done == model_[0]);
    model_.erase(model_.begin(), model_.begin() + 2);
  }

  void nested() {
    if (pushes()) {
      const message inner{frame(random_bytes()), frame{}};
      REQUIRE(push(message_, inner).has_value());
      model_.push_front(bytes_of(inner[0].size(), 4) + std::string(inner[0].text()) +
                        bytes_of(0, 4));
      return;
    }
    pop_as<message>([](const std::string& all) -> std::optional<message> {
      message inner;
      for (std::size_t at = 0; at < all.size();) {
        const auto size = number_in<std::uint32_t>(all.substr(at, 4));
        if (!size || *size > all.size() - at - 4)
          return std::nullopt;
        inner.append(frame(all.substr(at + 4, *size)));
        at += 4 + *size;
      }
      return inner;
    });
  }

  void junk() {
    const auto value = random_bytes();
    message_.push(frame(value));
    model_.push_front(value);
  }

  void behind() {
    const auto value = random_bytes();
    message_.append(frame(value));
    model_.push_back(value);
  }

  void drop() {
    const auto count = random_() % 3;
    message_.drop(count);
    for (std::size_t i = 0; i < count && !model_.empty(); ++i)
      model_.pop_front();
  }

  void copy() {
    const auto other = message_;
    message_ = {};
    message_.append(other);
  }

  std::mt19937_64 random_;
  message message_;
  model model_;
};

} // namespace

TEST_CASE("T18 any sequence of typed operations does what the same does to a simple model") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    double_entry both(seed);
    for (int step = 0; step < 200; ++step) {
      CAPTURE(step);
      both.step();
      both.check();
    }
  }
}
