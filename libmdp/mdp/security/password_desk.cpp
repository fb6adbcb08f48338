#include "mdp/security/password_desk.hpp"

#include "mdp/signals_blocked.hpp"

#include <pthread.h>
#include <sodium.h>

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <unordered_map>
#include <utility>

namespace mdp::security {

namespace {

/// Where there is no memory for a check, nothing is right.
bool is_right(const password_file& users, std::string_view user, const secret& password) {
  try {
    return users.accepts(user, password);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void prepare() {
  try {
    password_file::prepare();
  } catch (const std::bad_alloc&) { // there may be some when it is needed
  }
}

} // namespace

/// Everything but the thread.
class password_desk::body {
public:
  explicit body(std::shared_ptr<const password_store> users)
      : users_(std::move(users)), key_(crypto_generichash_KEYBYTES) {
    randombytes_buf(key_.bytes().data(), key_.size());
  }

  bool knows(std::string_view user, std::string_view password);
  bool submit(question asked);
  void end();
  void run();

private:
  using digest = std::array<unsigned char, 32>;

  [[nodiscard]] digest digest_of(std::string_view user, std::string_view password) const;
  void forget_others(); // with the mutex held
  void check(const question& asked);

  const std::shared_ptr<const password_store> users_;
  secret key_; // of the digests
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<question> waiting_;
  std::unordered_map<std::string, std::size_t> waiting_by_address_; // the one in work included
  std::shared_ptr<const password_file> known_to_;                   // whose users `known_` is about
  std::unordered_map<std::string, digest> known_;                   // by user
  bool is_over_ = false;
};

password_desk::password_desk(std::shared_ptr<const password_store> users) {
  use_sodium();
  body_ = std::make_shared<body>(std::move(users));
  const signals_blocked inherited;
  std::thread([shared = body_] {
    pthread_setname_np(pthread_self(), "mdp-passwords");
    shared->run();
  }).detach();
}

password_desk::~password_desk() {
  body_->end();
}

bool password_desk::knows(std::string_view user, std::string_view password) {
  return body_->knows(user, password);
}

bool password_desk::submit(question asked) {
  return body_->submit(std::move(asked));
}

bool password_desk::body::knows(std::string_view user, std::string_view password) {
  const auto shown = digest_of(user, password);
  const std::lock_guard guard(mutex_);
  forget_others();
  const auto known = known_.find(std::string(user));
  return known != known_.end() &&
         sodium_memcmp(known->second.data(), shown.data(), shown.size()) == 0;
}

bool password_desk::body::submit(question asked) {
  {
    const std::lock_guard guard(mutex_);
    if (waiting_.size() >= defaults::password_max_checks)
      return false;
    auto& of_address = waiting_by_address_[asked.address];
    if (of_address >= defaults::password_max_checks_by_address)
      return false;
    ++of_address;
    waiting_.push_back(std::move(asked));
  }
  changed_.notify_all();
  return true;
}

void password_desk::body::end() {
  {
    const std::lock_guard guard(mutex_);
    is_over_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
}

password_desk::body::digest password_desk::body::digest_of(std::string_view user,
                                                           std::string_view password) const {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const auto size = static_cast<unsigned char>(user.size()); // no name is longer than 255
  crypto_generichash_state state;
  digest result{};
  crypto_generichash_init(&state, reinterpret_cast<const unsigned char*>(key_.bytes().data()),
                          key_.size(), result.size());
  crypto_generichash_update(&state, &size, sizeof size);
  crypto_generichash_update(&state, bytes(user), user.size());
  crypto_generichash_update(&state, bytes(password), password.size());
  crypto_generichash_final(&state, result.data(), result.size());
  sodium_memzero(&state, sizeof state);
  return result;
}

void password_desk::body::forget_others() {
  auto current = users_->current();
  if (current == known_to_)
    return;
  known_.clear();
  known_to_ = std::move(current);
}

void password_desk::body::run() {
  prepare();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
    if (is_over_)
      return;
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    check(next);
    lock.lock();
    const auto of_address = waiting_by_address_.find(next.address);
    if (--of_address->second == 0)
      waiting_by_address_.erase(of_address);
  }
}

void password_desk::body::check(const question& asked) {
  if (asked.asker->has_ended())
    return;
  const auto users = users_->current();
  const bool counts = is_right(*users, asked.user, asked.password);
  if (counts) {
    const auto shown = digest_of(asked.user, asked.password.text());
    const std::lock_guard guard(mutex_);
    forget_others();
    if (known_to_ == users) // they may have changed meanwhile
      known_.insert_or_assign(asked.user, shown);
  }
  asked.asker->tell(asked.number, counts);
}

} // namespace mdp::security
