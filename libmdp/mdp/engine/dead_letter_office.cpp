#include "mdp/engine/dead_letter_office.hpp"

#include "mdp/engine/route_rules.hpp"
#include "mdp/frame.hpp"

namespace mdp::engine {

dead_letter_office::decision dead_letter_office::judge(const std::string& service, const job& what,
                                                       name_verdict room, time_point now) {
  if (what.id.client == broker_itself || what.id.client == mirror_client)
    return {};
  decision result;
  result.is_letter = true;
  if (service_.empty() || service == service_)
    return result;
  if (is_stopping_)
    result.lost = refusal::stopping;
  else if (room == name_verdict::full || room == name_verdict::internal)
    result.lost = refusal::too_many_services;
  else {
    auto body = what.body;
    body.push(frame(service));
    result.again =
      job{{broker_itself, ++handed_on_}, frame(broker_address), std::move(body), now + ttl_};
  }
  return result;
}

} // namespace mdp::engine
