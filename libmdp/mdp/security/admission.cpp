#include "mdp/security/admission.hpp"

#include <iterator>
#include <utility>

namespace mdp::security {

std::string_view to_string(admission_refusal reason) noexcept {
  constexpr std::string_view names[] = {"invalid", "other_domain", "other_mechanism", "address"};
  static_assert(std::size(names) == admission_refusal_count);
  return names[static_cast<std::size_t>(reason)];
}

admission::verdict admission::judge(const message& request) const {
  auto asked = decode_zap(request);
  if (!asked)
    return {{zap_id_of(request), zap_status::failed, std::string(to_string(asked.error())), {}},
            admission_refusal::invalid,
            {}};
  const auto refuse = [&](admission_refusal reason) {
    return verdict{{asked->id, zap_status::refused, "refused", {}}, reason, asked->address};
  };
  if (asked->domain != domain_)
    return refuse(admission_refusal::other_domain);
  if (asked->mechanism != "NULL" || !asked->credentials.empty())
    return refuse(admission_refusal::other_mechanism);
  if (!addresses_.admits(asked->address))
    return refuse(admission_refusal::address);
  return {{std::move(asked->id), zap_status::welcome, "OK", {}}, {}, std::move(asked->address)};
}

} // namespace mdp::security
