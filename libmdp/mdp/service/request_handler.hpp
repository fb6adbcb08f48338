#pragma once

#include "mdp/message.hpp"
#include "mdp/service/responder.hpp"

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace mdp {

/// Sends a part of the reply ahead of its end; false says that nobody waits for it any more (see
/// `responder`). May be called as long as the handler it was given to runs.
using send_part_function = std::function<bool(message part)>;

namespace detail {

template <class F>
concept deferring_handler = std::invocable<F&, message, responder> &&
  std::is_void_v<std::invoke_result_t<F&, message, responder>>;

template <class F>
concept streaming_handler = requires(F& f, message request, const send_part_function& send_part) {
  { f(std::move(request), send_part) } -> std::convertible_to<message>;
};

template <class F>
concept replying_handler = requires(F& f, message request) {
  { f(std::move(request)) } -> std::convertible_to<message>;
};

template <class F>
concept any_handler = deferring_handler<F> || streaming_handler<F> || replying_handler<F>;

/// A function pointer, a `std::function` and the like.
template <class F>
concept may_be_null = std::constructible_from<F, std::nullptr_t> && requires(F& f) {
  { f == nullptr } -> std::convertible_to<bool>;
};

} // namespace detail

/// The user's work on a request, in one of three shapes:
///
///     message(message request)                                returns the reply
///     message(message request, const send_part_function&)     sends parts, returns the last one
///     void(message request, responder)                        keeps the request: answers whenever
///
/// Any callable will do, also an object with state and one that cannot be copied. Copies of a handler
/// share it. Who calls it and on which threads, says the runtime that takes it; what it throws becomes
/// the reply `mdp-status 500 <what>` where that runtime does not say otherwise.
class request_handler {
public:
  request_handler() = default;

  template <class F>
    requires(!std::same_as<std::decay_t<F>, request_handler> &&
             detail::any_handler<std::decay_t<F>>)
  request_handler(F&& work) { // NOLINT(google-explicit-constructor): `config.work = a lambda`
    if constexpr (detail::may_be_null<std::decay_t<F>>)
      if (work == nullptr) // a function that is none makes no handler
        return;
    call_ = adapt(std::make_shared<std::decay_t<F>>(std::forward<F>(work)));
  }

  /// Works on `request`; must not be empty. Lets through what the work throws.
  void operator()(message request, responder answer) const {
    call_(std::move(request), std::move(answer));
  }

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(call_); }

private:
  using general_form = std::function<void(message, responder)>;

  template <class F>
  static general_form adapt(std::shared_ptr<F> work) {
    if constexpr (detail::deferring_handler<F>)
      return [work = std::move(work)](message request, responder answer) {
        (*work)(std::move(request), std::move(answer));
      };
    else if constexpr (detail::streaming_handler<F>)
      return [work = std::move(work)](message request, responder answer) {
        const send_part_function send_part = [&](message part) {
          return answer.send_part(std::move(part));
        };
        answer.finish((*work)(std::move(request), send_part));
      };
    else
      return [work = std::move(work)](message request, responder answer) {
        answer.finish((*work)(std::move(request)));
      };
  }

  general_form call_;
};

} // namespace mdp
