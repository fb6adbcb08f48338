#include "mdp/wire/decode_error.hpp"

namespace mdp::wire {

std::string_view to_string(decode_error error) noexcept {
  // A switch and no array: the compiler then notices an enumerator without a name.
  switch (error) {
  case decode_error::no_frames:
    return "no_frames";
  case decode_error::probe:
    return "probe";
  case decode_error::too_many_frames:
    return "too_many_frames";
  case decode_error::too_many_bytes:
    return "too_many_bytes";
  case decode_error::missing_header:
    return "missing_header";
  case decode_error::unknown_header:
    return "unknown_header";
  case decode_error::unsupported_version:
    return "unsupported_version";
  case decode_error::unexpected_header:
    return "unexpected_header";
  case decode_error::missing_delimiter:
    return "missing_delimiter";
  case decode_error::unexpected_delimiter:
    return "unexpected_delimiter";
  case decode_error::unexpected_envelope:
    return "unexpected_envelope";
  case decode_error::envelope_too_long:
    return "envelope_too_long";
  case decode_error::missing_command:
    return "missing_command";
  case decode_error::bad_command_size:
    return "bad_command_size";
  case decode_error::unknown_command:
    return "unknown_command";
  case decode_error::unexpected_command:
    return "unexpected_command";
  case decode_error::missing_service:
    return "missing_service";
  case decode_error::empty_service_name:
    return "empty_service_name";
  case decode_error::service_name_too_long:
    return "service_name_too_long";
  case decode_error::bad_service_name:
    return "bad_service_name";
  case decode_error::missing_body:
    return "missing_body";
  case decode_error::missing_address:
    return "missing_address";
  case decode_error::empty_address:
    return "empty_address";
  case decode_error::address_too_long:
    return "address_too_long";
  case decode_error::missing_address_delimiter:
    return "missing_address_delimiter";
  case decode_error::surplus_frames:
    return "surplus_frames";
  case decode_error::bad_capacity:
    return "bad_capacity";
  case decode_error::bad_load:
    return "bad_load";
  }
  return "unknown_decode_error";
}

} // namespace mdp::wire
