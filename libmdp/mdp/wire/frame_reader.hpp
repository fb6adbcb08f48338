#pragma once

#include "mdp/message.hpp"
#include "mdp/wire/command.hpp"
#include "mdp/wire/constants.hpp"
#include "mdp/wire/decode_error.hpp"
#include "mdp/wire/limits.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What the three decoders share; private to `wire`.
namespace mdp::wire::detail {

/// Whose dialog a protocol header belongs to.
enum class dialog : std::uint8_t { client, worker };

/// A protocol header that was understood.
struct header {
  dialog side = dialog::client;
  protocol_version version = protocol_version::v0_1;
  friend bool operator==(const header&, const header&) = default;
};

/// Where the protocol header stands, and whether an empty frame stands right before it.
struct header_place {
  std::size_t index = 0; ///< The number of frames, when there is no header.
  bool delimited = false;
};

/// Finds the header. A first frame that has the form of one (`MDPC` or `MDPW` and two digits) is
/// it; an address cannot look like that. Otherwise the header follows the first empty frame (T19).
/// Without an empty frame the first one is where the header should be.
[[nodiscard]] header_place find_header(const message& frames) noexcept;

/// Takes a multipart apart from its front to its end. The first thing that is wrong is kept as the
/// error; whatever is read after that is empty and means nothing, and `finish` gives out the error.
/// So a decoder reads straight through and checks once.
class frame_reader {
public:
  /// Checks the limits and reads the header (T2: before any command). Keeps a reference to both;
  /// a worker's address and the body are moved out of `frames`, what is in front of them stays.
  frame_reader(message& frames, const limits& bounds);

  [[nodiscard]] bool failed() const noexcept { return error_.has_value(); }
  [[nodiscard]] std::optional<decode_error> error() const noexcept { return error_; }

  /// Keeps `error` unless there is one already.
  void fail(decode_error error) noexcept {
    if (!failed())
      error_ = error;
  }

  /// Whose header it is; says nothing after a failure.
  [[nodiscard]] detail::header header() const noexcept { return header_; }

  /// Requires that the header is `wanted`.
  void expect_header(detail::header wanted) noexcept;

  /// Takes the header and what may stand in front of it in a client's dialog.
  void take_client_path(return_path& into);

  /// Takes the header and what must stand in front of it in a worker's dialog.
  void drop_worker_path() noexcept;

  /// Takes the command's byte (7-19); 0, which no version defines, when there is none.
  std::uint8_t take_command() noexcept;

  /// Takes a service name (T11).
  void take_service(std::string& into);

  /// Takes the one client address and the empty frame behind it (7-33, 7-34, 18-11).
  void take_address(frame& into) noexcept;

  /// Takes all that is left, at least one frame.
  void take_body(message& into) noexcept;

  /// Takes what READY says behind the service name: nothing, a capacity, a load, or both.
  void take_announcements(worker_ready& ready);

  /// The end of a worker's HEARTBEAT: nothing, or its load.
  heartbeat take_load();

  /// The end of a broker's HEARTBEAT: nothing, or the question for it.
  heartbeat take_load_question();

  /// The end of a worker's PARTIAL or FINAL: address and body.
  template <class Command>
  void take_addressed(Command& into) noexcept {
    take_address(into.address);
    take_body(into.body);
  }

  /// The end of a REQUEST: address, the user if one is named, and body.
  worker_request take_request();

  /// The end of DISCONNECT: nothing may be left.
  template <class Command>
  Command take_bare() noexcept {
    expect_end();
    return {};
  }

  /// A command that is not taken.
  template <class Command>
  Command refuse(decode_error error) noexcept {
    fail(error);
    return {};
  }

  /// `value`, or what was wrong.
  template <class T>
  [[nodiscard]] tl::expected<T, decode_error> finish(T value) const {
    if (failed())
      return tl::unexpected(*error_);
    return value;
  }

private:
  void open() noexcept;

  void expect_end() noexcept;

  /// Whether that is the next frame; then it is taken.
  bool take_word(std::string_view word) noexcept;

  /// The number behind `prefix` in the next frame, which is taken; nothing, and perhaps `bad` as the
  /// error, if it is not there or not in [`least`, `most`].
  std::optional<std::uint32_t> take_number(std::string_view prefix, std::uint32_t least,
                                           std::uint32_t most, decode_error bad);

  /// How many frames are not taken yet.
  [[nodiscard]] std::size_t left() const noexcept { return frames_.size() - next_; }

  /// The next frame, or null and `missing` as the error.
  const frame* next(decode_error missing) noexcept;

  /// How many address frames stand in front of the delimiter.
  [[nodiscard]] std::size_t address_count() const noexcept {
    return place_.delimited ? place_.index - 1 : 0;
  }

  message& frames_;
  const limits& bounds_;
  std::size_t next_ = 0; // all in front of it are taken
  std::optional<decode_error> error_;
  header_place place_;
  detail::header header_;
};

} // namespace mdp::wire::detail
