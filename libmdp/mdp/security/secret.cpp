#include "mdp/security/secret.hpp"

#include <sodium.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace mdp::security {

void use_sodium() {
  if (sodium_init() < 0)
    throw std::runtime_error("libsodium cannot start: the system gives no random numbers");
}

secret::secret(std::size_t size) : size_(size) {
  use_sodium();
  auto* const room = static_cast<std::byte*>(sodium_malloc(std::max<std::size_t>(size, 1)));
  if (room == nullptr)
    throw std::bad_alloc();
  bytes_.reset(room);
  std::fill_n(room, size, std::byte{});
}

bool secret::equals(std::span<const std::byte> other) const noexcept {
  return other.size() == size_ && sodium_memcmp(other.data(), bytes_.get(), size_) == 0;
}

void secret::wipe::operator()(std::byte* bytes) const noexcept {
  sodium_free(bytes); // which wipes
}

} // namespace mdp::security
