#include "mdp/security/key_store.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>

namespace mdp::security {

namespace {

/// What changes when a file is written, replaced or renamed.
std::size_t trace_of(const std::string& path) noexcept {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return 0;
  const std::uint64_t parts[] = {static_cast<std::uint64_t>(about.st_ino),
                                 static_cast<std::uint64_t>(about.st_size),
                                 static_cast<std::uint64_t>(about.st_mtim.tv_sec),
                                 static_cast<std::uint64_t>(about.st_mtim.tv_nsec),
                                 static_cast<std::uint64_t>(about.st_ctim.tv_sec),
                                 static_cast<std::uint64_t>(about.st_ctim.tv_nsec)};
  const std::string_view bytes(reinterpret_cast<const char*>(parts), sizeof parts);
  return std::hash<std::string_view>{}(bytes);
}

} // namespace

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
  if (was_read_ && seen == seen_)
    return false;
  auto read = key_list::load(path_);
  if (!read)
    return tl::unexpected(read.error());
  was_read_ = true;
  seen_ = seen;
  auto list = std::make_shared<const key_list>(*std::move(read));
  const std::lock_guard guard(mutex_);
  list_ = std::move(list);
  return true;
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
