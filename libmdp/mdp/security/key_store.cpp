#include "mdp/security/key_store.hpp"

#include "mdp/security/file_trace.hpp"

#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

namespace mdp::security {

tl::expected<std::shared_ptr<key_store>, std::string> key_store::open(const std::string& path) {
  std::shared_ptr<key_store> store(new key_store(path));
  if (const auto read = store->refresh(); !read)
    return tl::unexpected(read.error());
  return store;
}

std::shared_ptr<const key_list> key_store::current() const {
  const std::lock_guard guard(mutex_);
  return list_;
}

tl::expected<bool, std::string> key_store::refresh() {
  const std::lock_guard one_at_a_time(reading_);
  const auto seen = fingerprint(); // before it is read: what changes meanwhile is read next time
  if (seen_ == seen && broken_.empty())
    return false;
  if (seen_ == seen)
    return tl::unexpected(broken_);
  auto read = was_read_ ? key_list::reload(path_, *current()) : key_list::load(path_);
  if (!read)
    return tl::unexpected(was_read_ ? "the keys stay as they were: " + read.error() : read.error());
  was_read_ = true;
  seen_ = seen;
  auto list = std::make_shared<const key_list>(*std::move(read));
  {
    const std::lock_guard guard(mutex_);
    list_ = list;
  }
  broken_.clear();
  if (list->broken().empty())
    return true;
  broken_ = "this key stays as it was: " + list->broken().front();
  if (const auto more = list->broken().size() - 1; more > 0)
    broken_ += " (and " + std::to_string(more) + (more == 1 ? " other)" : " others)");
  return tl::unexpected(broken_);
}

/// Of all files, in whatever order the system lists them.
std::uint64_t key_store::fingerprint() const {
  namespace fs = std::filesystem;
  std::uint64_t sum = trace_of(path_);
  std::error_code error;
  for (fs::directory_iterator entry(path_, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto& path = entry->path().native();
    sum += trace_of(path) ^ (std::hash<std::string>{}(path)*31);
  }
  return sum;
}

} // namespace mdp::security
