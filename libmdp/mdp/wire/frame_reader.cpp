#include "mdp/wire/frame_reader.hpp"

#include "mdp/wire/decode.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

namespace mdp::wire::detail {

namespace {

constexpr std::string_view client_family = "MDPC";
constexpr std::string_view worker_family = "MDPW";
constexpr std::size_t family_size = client_family.size();
constexpr std::size_t header_size = client_header_v0_1.size();
static_assert(worker_family.size() == family_size && worker_header_v0_1.size() == header_size &&
              client_header_v0_2.size() == header_size && worker_header_v0_2.size() == header_size);

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Whether `text`, which is not shorter, begins with `known`. Of a size that the compiler knows, a comparison is one or
/// two instructions.
template <std::size_t Size>
bool begins_with(std::string_view text, std::string_view known) noexcept {
  return std::memcmp(text.data(), known.data(), Size) == 0;
}

/// Whether `text` has a header's form, whatever its version. Two digits are asked for, because
/// "MDPC" may well begin somebody's socket identity.
bool has_header_form(std::string_view text) noexcept {
  return text.size() == header_size &&
         (begins_with<family_size>(text, client_family) ||
          begins_with<family_size>(text, worker_family)) &&
         is_digit(text[4]) && is_digit(text[5]);
}

tl::expected<header, decode_error> parse_header(std::string_view text) noexcept {
  if (!has_header_form(text))
    return tl::unexpected(decode_error::unknown_header);
  if (begins_with<header_size>(text, client_header_v0_2))
    return header{dialog::client, protocol_version::v0_2};
  if (begins_with<header_size>(text, worker_header_v0_2))
    return header{dialog::worker, protocol_version::v0_2};
  if (begins_with<header_size>(text, client_header_v0_1))
    return header{dialog::client, protocol_version::v0_1};
  if (begins_with<header_size>(text, worker_header_v0_1))
    return header{dialog::worker, protocol_version::v0_1};
  return tl::unexpected(decode_error::unsupported_version); // T20
}

/// A decimal number as we write it ourselves: digits without a sign, a space or a leading zero, so
/// that each has one spelling.
std::optional<std::uint32_t> parse_number(std::string_view digits) noexcept {
  if (digits.empty() || (digits.front() == '0' && digits.size() > 1))
    return std::nullopt;
  std::uint32_t value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, value);
  return problem == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

/// A public key in Z85 (32/Z85), as far as its characters say.
bool is_key(std::string_view text) noexcept {
  constexpr std::string_view z85 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  return text.starts_with(key_prefix) && text.size() == key_prefix.size() + key_characters &&
         text.find_first_not_of(z85, key_prefix.size()) == std::string_view::npos;
}

} // namespace

header_place find_header(const message& frames) noexcept {
  const auto all = frames.frames();
  if (all.empty() || has_header_form(all.front().text()))
    return {};
  const auto delimiter =
    std::find_if(all.begin(), all.end(), [](const frame& f) { return f.empty(); });
  if (delimiter == all.end())
    return {};
  return {static_cast<std::size_t>(delimiter - all.begin()) + 1, true};
}

frame_reader::frame_reader(message& frames, const limits& bounds)
    : frames_(frames), bounds_(bounds) {
  open();
}

void frame_reader::open() noexcept {
  if (frames_.empty())
    return fail(decode_error::no_frames);
  if (frames_.size() > bounds_.max_frames)
    return fail(decode_error::too_many_frames);
  if (frames_.byte_count() > bounds_.max_bytes)
    return fail(decode_error::too_many_bytes);
  if (frames_.size() == 1 && frames_[0].empty())
    return fail(decode_error::probe);
  place_ = find_header(frames_);
  if (place_.index == frames_.size())
    return fail(decode_error::missing_header);
  const auto parsed = parse_header(frames_[place_.index].text());
  if (!parsed)
    return fail(parsed.error());
  header_ = *parsed;
}

void frame_reader::expect_header(detail::header wanted) noexcept {
  if (header_ != wanted)
    fail(decode_error::unexpected_header);
}

void frame_reader::take_client_path(return_path& into) {
  if (failed())
    return;
  const auto addresses = address_count();
  if (header_.version == protocol_version::v0_1 && !place_.delimited)
    fail(decode_error::missing_delimiter);
  // 18-1. Behind addresses the delimiter is what ends them; alone it is a dialect (T3).
  if (header_.version == protocol_version::v0_2 && place_.delimited && addresses == 0 &&
      !bounds_.accept_delimited_v2)
    fail(decode_error::unexpected_delimiter);
  if (addresses > bounds_.max_envelope)
    fail(decode_error::envelope_too_long);
  // The path is kept as long as the request, so it is bounded by itself and not only by the message.
  for (std::size_t i = 0; i < addresses; ++i)
    if (frames_[i].size() > bounds_.max_address)
      fail(decode_error::address_too_long);
  if (failed())
    return;
  into.delimited = place_.delimited;
  if (addresses > 0)
    into.address.reserve(addresses);
  // Copies: what is moved leaves an empty frame, which header_seen() would take for the delimiter.
  for (; next_ < addresses; ++next_)
    into.address.push_back(frames_[next_]);
  next_ = place_.index + 1;
}

void frame_reader::drop_worker_path() noexcept {
  if (address_count() > 0)
    fail(decode_error::unexpected_envelope);
  if (header_.version == protocol_version::v0_1 && !place_.delimited)
    fail(decode_error::missing_delimiter);
  if (header_.version == protocol_version::v0_2 && place_.delimited)
    fail(decode_error::unexpected_delimiter);
  if (!failed())
    next_ = place_.index + 1;
}

std::uint8_t frame_reader::take_command() noexcept {
  const auto* const f = next(decode_error::missing_command);
  if (f == nullptr)
    return 0;
  if (f->size() != 1) {
    fail(decode_error::bad_command_size);
    return 0;
  }
  ++next_;
  return std::to_integer<std::uint8_t>(f->bytes().front());
}

void frame_reader::take_service(std::string& into) {
  const auto* const f = next(decode_error::missing_service);
  if (f == nullptr)
    return;
  if (const auto problem = check_service_name(f->text(), bounds_))
    return fail(*problem);
  into.assign(f->text());
  ++next_;
}

void frame_reader::take_address(frame& into) noexcept {
  const auto* const f = next(decode_error::missing_address);
  if (f == nullptr)
    return;
  if (f->empty())
    fail(decode_error::empty_address);
  else if (f->size() > bounds_.max_address)
    fail(decode_error::address_too_long);
  else if (left() < 2 || !frames_[next_ + 1].empty())
    fail(decode_error::missing_address_delimiter);
  if (failed())
    return;
  into = std::move(frames_[next_]);
  next_ += 2;
}

void frame_reader::take_body(message& into) noexcept {
  if (next(decode_error::missing_body) == nullptr)
    return;
  frames_.drop(std::exchange(next_, 0));
  into = std::move(frames_);
}

std::optional<std::uint32_t> frame_reader::take_number(std::string_view prefix, std::uint32_t least,
                                                       std::uint32_t most, decode_error bad) {
  if (failed() || left() == 0)
    return std::nullopt;
  const auto text = frames_[next_].text();
  if (!text.starts_with(prefix))
    return std::nullopt;
  const auto number = parse_number(text.substr(prefix.size()));
  if (!number || *number < least || *number > most) {
    fail(bad);
    return std::nullopt;
  }
  ++next_;
  return number;
}

void frame_reader::take_announcements(worker_ready& ready) {
  if (const auto capacity =
        take_number(capacity_prefix, 1, bounds_.max_capacity, decode_error::bad_capacity)) {
    ready.capacity = *capacity;
    ready.announced_capacity = true;
  }
  ready.load = take_number(load_prefix, 0, bounds_.max_load, decode_error::bad_load);
  ready.asks_user = take_word(user_question);
  if (!failed() && left() > 0 && is_key(frames_[next_].text()))
    ready.key = frames_[next_++].text().substr(key_prefix.size());
  expect_end();
}

worker_request frame_reader::take_request() {
  worker_request request;
  if (!failed() && left() > 2) {
    const auto between = frames_[next_ + 1].text();
    if (between.starts_with(user_prefix) &&
        between.size() <= user_prefix.size() + bounds_.max_address) {
      request.user = frame(between.substr(user_prefix.size()));
      frames_[next_ + 1] = std::move(frames_[next_]);
      ++next_;
    }
  }
  take_address(request.address);
  take_body(request.body);
  return request;
}

heartbeat frame_reader::take_load() {
  heartbeat beat;
  beat.load = take_number(load_prefix, 0, bounds_.max_load, decode_error::bad_load);
  expect_end();
  return beat;
}

heartbeat frame_reader::take_load_question() {
  heartbeat beat;
  beat.asks_load = take_word(load_question);
  expect_end();
  return beat;
}

bool frame_reader::take_word(std::string_view word) noexcept {
  const bool is_there = !failed() && left() > 0 && frames_[next_].text() == word;
  next_ += is_there ? 1 : 0;
  return is_there;
}

void frame_reader::expect_end() noexcept {
  if (left() > 0)
    fail(decode_error::surplus_frames);
}

const frame* frame_reader::next(decode_error missing) noexcept {
  if (failed())
    return nullptr;
  if (left() > 0)
    return &frames_[next_];
  fail(missing);
  return nullptr;
}

} // namespace mdp::wire::detail
