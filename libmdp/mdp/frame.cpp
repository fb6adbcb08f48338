#include "mdp/frame.hpp"

#include "mdp/assert.hpp"

#include <cstring>
#include <new>

namespace mdp {

namespace {

/// The heap home of a frame that is too large to live inside the object and came from no socket. The
/// bytes lie behind it, in the same block.
class heap_bytes final : public frame_owner {
public:
  static heap_bytes* make(std::size_t size) {
    return ::new (::operator new(sizeof(heap_bytes) + size)) heap_bytes;
  }

  [[nodiscard]] std::byte* data() noexcept { return reinterpret_cast<std::byte*>(this + 1); }

  // The block is larger than this object, so the form that is told a size would be told a wrong one.
  static void operator delete(void* block) noexcept { ::operator delete(block); }

private:
  heap_bytes() = default;
};

} // namespace

frame::frame(std::span<const std::byte> bytes) {
  write(bytes);
}

void frame::assign(std::span<const std::byte> bytes) {
  clear();
  write(bytes);
}

/// Of an empty frame.
void frame::write(std::span<const std::byte> bytes) {
  const auto room = make_room(bytes.size());
  if (!bytes.empty())
    std::memcpy(room.data(), bytes.data(), bytes.size());
}

frame::frame(std::string_view text) : frame(std::as_bytes(std::span(text))) {}

frame frame::adopt(std::span<const std::byte> bytes, std::size_t retained,
                   frame_owner* owner) noexcept {
  frame result;
  result.owner_ = owner;
  result.size_ = bytes.size();
  result.far_ = {bytes.data(), retained};
  return result;
}

frame::frame(const frame& other) noexcept {
  take(other);
  if (owner_ != nullptr)
    owner_->retain();
}

frame::frame(frame&& other) noexcept {
  take(other);
  other.owner_ = nullptr;
  other.size_ = 0;
}

frame& frame::operator=(const frame& other) noexcept {
  if (this != &other)
    *this = frame(other);
  return *this;
}

frame& frame::operator=(frame&& other) noexcept {
  if (this != &other) {
    if (owner_ != nullptr)
      owner_->release();
    take(other);
    other.owner_ = nullptr;
    other.size_ = 0;
  }
  return *this;
}

frame::~frame() {
  if (owner_ != nullptr)
    owner_->release();
}

void frame::take(const frame& other) noexcept {
  owner_ = other.owner_;
  size_ = other.size_;
  // Whatever is in use of them: a copy of a known size is a few instructions, of any other a call.
  static_assert(sizeof far_ <= sizeof near_);
  std::memcpy(&near_, &other.near_, sizeof near_);
}

/// Makes an empty frame one of `size` bytes, which are to be written before anybody else sees it.
std::span<std::byte> frame::make_room(std::size_t size) {
  if (size <= inline_capacity) {
    size_ = size;
    return std::span(near_).first(size);
  }
  auto* home = heap_bytes::make(size);
  owner_ = home;
  size_ = size;
  far_ = {home->data(), size};
  return {home->data(), size};
}

frame frame::slice(std::size_t offset, std::size_t count) const {
  MDP_ASSERT(offset <= size_ && count <= size_ - offset);
  const auto part = bytes().subspan(offset, count);
  if (owner_ == nullptr || count <= inline_capacity)
    return frame(part);
  owner_->retain();
  return adopt(part, far_.retained, owner_);
}

std::string frame::hex() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string result;
  result.reserve(2 * size_);
  for (const auto byte : bytes()) {
    const auto value = std::to_integer<unsigned>(byte);
    result.push_back(digits[value >> 4U]);
    result.push_back(digits[value & 0xFU]);
  }
  return result;
}

} // namespace mdp
