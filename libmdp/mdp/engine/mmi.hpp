#pragma once

#include "mdp/message.hpp"
#include "mdp/wire/constants.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

/// The broker's own services (RFC 8): what a request under `mmi.` asks for, and which code answers it.
/// The answers are made from what the queues say at that moment; there are no counters beside them
/// that could go wrong.
///
///     request                          answer
///     mmi.service, one body frame      200 if at least one worker lives, 404 otherwise (8-3)
///     mmi.service, anything else       400 (8-6)
///     a listing, one empty body frame  200 and a JSON document (our additions: see `mmi_listing`)
///     a listing, anything else         400
///     anything else                    501 (8-4)
///     any of these, far too many open  503
///
/// How the documents are written is the owner's business, when questions are put together is
/// `mmi_desk`'s.
namespace mdp::engine {

/// Whether a service name belongs to the broker itself (8-1): it *starts* with `mmi.`.
[[nodiscard]] constexpr bool is_reserved_service(std::string_view name) noexcept {
  return name.starts_with(wire::mmi_prefix);
}

/// What is answered with a document, by the word behind `mmi.`.
enum class mmi_listing : std::uint8_t {
  services,     ///< all services and how many workers each has
  workers,      ///< all workers
  queues,       ///< all services, with what waits and what was done
  stats,        ///< all counters of the broker
  version,      ///< what the broker is and which extensions it knows
  dead_letters, ///< the latest requests whose attempts were used up
  tree,         ///< the supervision tree
};

/// Ask how many workers this service has, then answer with answer_mmi_service().
struct mmi_count_workers {
  std::string service;
};

/// Answer with this.
struct mmi_answer {
  message body;
};

using mmi_question = std::variant<mmi_count_workers, mmi_listing, mmi_answer>;

/// What a request to `service`, which is reserved, wants.
[[nodiscard]] mmi_question read_mmi(std::string_view service, const message& body);

[[nodiscard]] message answer_mmi_service(std::size_t workers);

/// The answer to a listing.
[[nodiscard]] message answer_mmi_listing(std::string_view document);

/// The answer to a question too many.
[[nodiscard]] message answer_mmi_overload();

} // namespace mdp::engine
