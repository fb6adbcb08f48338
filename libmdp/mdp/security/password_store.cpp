#include "mdp/security/password_store.hpp"

#include "mdp/security/file_trace.hpp"

#include <utility>

namespace mdp::security {

tl::expected<std::shared_ptr<password_store>, std::string>
password_store::open(const std::string& path) {
  std::shared_ptr<password_store> store(new password_store(path));
  if (const auto read = store->refresh(); !read)
    return tl::unexpected(read.error());
  return store;
}

std::shared_ptr<const password_file> password_store::current() const {
  const std::lock_guard guard(mutex_);
  return users_;
}

tl::expected<bool, std::string> password_store::refresh() {
  const std::lock_guard one_at_a_time(reading_);
  const auto seen = trace_of(path_); // before it is read: what changes meanwhile is read next time
  if (was_read_ && seen == seen_)
    return false;
  auto read = password_file::load(path_);
  if (!read)
    return tl::unexpected(was_read_ ? "the users stay as they were: " + read.error()
                                    : read.error());
  was_read_ = true;
  seen_ = seen;
  auto users = std::make_shared<const password_file>(*std::move(read));
  const std::lock_guard guard(mutex_);
  users_ = std::move(users);
  return true;
}

} // namespace mdp::security
