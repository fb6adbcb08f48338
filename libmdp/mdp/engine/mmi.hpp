#pragma once

#include "mdp/message.hpp"
#include "mdp/wire/constants.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

/// The broker's own services (RFC 8): what a request under `mmi.` asks for, and how it is answered.
/// The answers are made from what the queues say at that moment; there are no counters beside them
/// that could go wrong.
///
///     request                         answer
///     mmi.service, one body frame     200 if at least one worker lives, 404 otherwise (8-3)
///     mmi.service, anything else      400 (8-6)
///     mmi.services                    200 and a JSON array of {"service", "workers"} (our addition)
///     anything else                   501 (8-4)
namespace mdp::engine {

/// Whether a service name belongs to the broker itself (8-1): it *starts* with `mmi.`.
[[nodiscard]] constexpr bool is_reserved_service(std::string_view name) noexcept {
  return name.starts_with(wire::mmi_prefix);
}

/// Ask how many workers this service has, then answer with answer_mmi_service().
struct mmi_count_workers {
  std::string service;
};

/// Ask for all services and their workers, then answer with answer_mmi_services().
struct mmi_list_services {};

/// Answer with this.
struct mmi_answer {
  message body;
};

using mmi_question = std::variant<mmi_count_workers, mmi_list_services, mmi_answer>;

/// What a request to `service`, which is reserved, wants.
[[nodiscard]] mmi_question read_mmi(std::string_view service, const message& body);

/// One service and its living workers.
struct service_summary {
  std::string service;
  std::size_t workers = 0;
};

[[nodiscard]] message answer_mmi_service(std::size_t workers);
[[nodiscard]] message answer_mmi_services(std::span<const service_summary> services);

} // namespace mdp::engine
