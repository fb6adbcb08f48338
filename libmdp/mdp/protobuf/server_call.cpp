#include "mdp/protobuf/server_call.hpp"

#include "mdp/protobuf/payload.hpp"

#include <google/protobuf/descriptor.h>

#include <exception>
#include <utility>

namespace mdp::detail {

/// What a method calls `done`. Running it answers; destroying it without that is noticed.
class server_call::done_closure final : public google::protobuf::Closure {
public:
  explicit done_closure(std::shared_ptr<server_call> call) : call_(std::move(call)) {}
  done_closure(const done_closure&) = delete;
  done_closure& operator=(const done_closure&) = delete;

  ~done_closure() override {
    if (call_ && call_->let_go())
      call_->on_dropped();
  }

  /// As closures of the library do, it goes when it has run.
  void Run() override {
    if (call_->is_thrown_through())
      return; // a guard runs it; run() below catches the exception, and destroys this
    const auto call = std::move(call_);
    const bool is_first = call->let_go();
    delete this;
    if (is_first)
      call->on_done();
  }

private:
  std::shared_ptr<server_call> call_;
};

server_call::server_call(std::shared_ptr<rpc_desk> desk,
                         std::shared_ptr<google::protobuf::Service> service,
                         const google::protobuf::MethodDescriptor* method, responder answer)
    : desk_(std::move(desk)),
      service_(std::move(service)),
      method_(method),
      request_(service_->GetRequestPrototype(method).New()),
      response_(service_->GetResponsePrototype(method).New()),
      responder_(std::move(answer)) {}

server_call::~server_call() {
  desk_->leave();
}

void server_call::run(const std::shared_ptr<server_call>& call, time_point now) {
  const auto number = call->desk_->open(call, now);
  if (!number)
    return call->give_up(rpc_errc::unavailable, "the service stops", &rpc_counters::stopped);
  {
    const std::lock_guard guard(call->mutex_);
    call->number_ = number;
    call->thread_ = std::this_thread::get_id();
    call->exceptions_ = std::uncaught_exceptions();
  }
  auto* done = new done_closure(call);
  std::optional<std::string> thrown;
  try {
    call->service_->CallMethod(call->method_, call.get(), call->request_.get(),
                               call->response_.get(), done);
  } catch (const std::exception& reason) {
    thrown = reason.what();
  } catch (...) {
    thrown = "an exception of an unknown kind";
  }
  {
    const std::lock_guard guard(call->mutex_);
    call->thread_ = {};
  }
  if (!thrown || !call->let_go())
    return; // it will answer, or has, and then threw
  call->fail(rpc_errc::internal_error, *thrown, &rpc_counters::threw);
  delete done;
  call->run_cancel_callback();
}

/// Whether the caller is the one to see the end of `done`.
bool server_call::let_go() {
  const std::lock_guard guard(mutex_);
  return !std::exchange(is_done_, true);
}

/// Whether the method is just being left by an exception, on this thread.
bool server_call::is_thrown_through() const {
  const std::lock_guard guard(mutex_);
  return std::this_thread::get_id() == thread_ && std::uncaught_exceptions() > exceptions_;
}

void server_call::on_done() {
  std::optional<std::string> failure;
  {
    const std::lock_guard guard(mutex_);
    failure = failure_;
  }
  if (failure) {
    fail(rpc_errc::failed, *failure, &rpc_counters::failed);
  } else if (auto response = frame_of(*response_, desk_->limits().max_bytes)) {
    answer(*std::move(response));
  } else {
    fail(rpc_errc::internal_error, "the response: " + std::string(to_string(response.error())),
         &rpc_counters::bad_responses);
  }
  run_cancel_callback();
}

void server_call::on_dropped() {
  fail(rpc_errc::internal_error, "the method let go of the call without an answer",
       &rpc_counters::dropped);
  run_cancel_callback();
}

void server_call::give_up(rpc_errc reason, std::string_view text,
                          std::uint64_t rpc_counters::*counter) {
  {
    const std::lock_guard guard(mutex_);
    if (!responder_)
      return;
    is_cancelled_ = true;
  }
  fail(reason, text, counter);
  run_cancel_callback();
}

void server_call::answer(frame response) {
  if (auto open = take_responder(&rpc_counters::answered))
    open->finish({std::move(response)});
}

void server_call::fail(rpc_errc reason, std::string_view text,
                       std::uint64_t rpc_counters::*counter) {
  if (auto open = take_responder(counter))
    open->fail(status_of(reason), text);
}

/// The right to answer, which there is once. Counts the answer, or that it is late.
std::optional<responder> server_call::take_responder(std::uint64_t rpc_counters::*counter) {
  std::optional<responder> taken;
  std::optional<std::uint64_t> number;
  {
    const std::lock_guard guard(mutex_);
    if (responder_)
      taken.emplace(std::move(*std::exchange(responder_, std::nullopt)));
    number = std::exchange(number_, {});
  }
  desk_->count(taken ? counter : &rpc_counters::late);
  if (number)
    desk_->close(*number);
  return taken;
}

bool server_call::Failed() const {
  const std::lock_guard guard(mutex_);
  return failure_.has_value();
}

std::string server_call::ErrorText() const {
  const std::lock_guard guard(mutex_);
  return failure_.value_or(std::string());
}

void server_call::SetFailed(const std::string& reason) {
  const std::lock_guard guard(mutex_);
  failure_ = reason;
}

bool server_call::IsCanceled() const {
  const std::lock_guard guard(mutex_);
  return is_cancelled_ || (responder_ && !responder_->is_open());
}

void server_call::NotifyOnCancel(google::protobuf::Closure* callback) {
  {
    const std::lock_guard guard(mutex_);
    on_cancel_ = callback;
    if (!is_cancelled_ && !is_done_)
      return;
  }
  run_cancel_callback();
}

void server_call::run_cancel_callback() {
  google::protobuf::Closure* callback = nullptr;
  {
    const std::lock_guard guard(mutex_);
    callback = std::exchange(on_cancel_, nullptr);
  }
  if (callback == nullptr)
    return;
  try {
    callback->Run();
  } catch (...) { // NOLINT(bugprone-empty-catch): the method's own; here is nobody to tell
  }
}

} // namespace mdp::detail
