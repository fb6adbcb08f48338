#include "support/counted_allocations.hpp"

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t count = 0;
thread_local std::int64_t held = 0;
thread_local std::uint64_t allowed = mdp::test::any_number;

/// What a piece takes of the heap: glibc writes its size in front.
std::int64_t size_of(void* memory) noexcept {
  return static_cast<std::int64_t>(malloc_usable_size(memory) + sizeof(std::size_t));
}

void* counted(std::size_t size, const std::nothrow_t&) noexcept {
  ++count;
  if (allowed == 0)
    return nullptr;
  if (allowed != mdp::test::any_number)
    --allowed;
  auto* const memory = std::malloc(size);
  if (memory != nullptr)
    held += size_of(memory);
  return memory;
}

void* counted(std::size_t size) {
  if (auto* const memory = counted(size, std::nothrow))
    return memory;
  throw std::bad_alloc();
}

void give_back(void* memory) noexcept {
  if (memory == nullptr)
    return;
  held -= size_of(memory);
  std::free(memory);
}

} // namespace

namespace mdp::test {

std::uint64_t allocations() noexcept {
  return count;
}

std::int64_t held_bytes() noexcept {
  return held;
}

void allow_allocations(std::uint64_t number) noexcept {
  allowed = number;
}

} // namespace mdp::test

// All other forms of the library call these, but for those with an alignment, which nothing here needs. A
// sanitizer's own forms do not, so whatever may meet one of these is here as well.
void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size, std::nothrow);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size, std::nothrow);
}
void operator delete(void* memory) noexcept {
  give_back(memory);
}
void operator delete[](void* memory) noexcept {
  give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  give_back(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  give_back(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  give_back(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  give_back(memory);
}
