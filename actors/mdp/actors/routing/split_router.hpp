#pragma once

#include "mdp/actors/routing/router.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mdp::actors {

/// A router made of others: each request is decided by the first branch that fits, and so is its
/// reply; what fits none is forwarded. Events are for all of them.
class split_router : public router {
public:
  /// Names, patterns, or `*` for whatever there is.
  struct branch {
    std::string service = "*";
    std::string client = "*";
    std::string user = "*";
    std::shared_ptr<router> to;
  };

  explicit split_router(std::vector<branch> branches);

  request_verdict on_request(const routed_request& request) override;
  reply_verdict on_reply(const routed_reply& reply) override;
  void on_withdrawn(route_ticket ticket) override;
  void on_worker_joined(const worker& who) override;
  void on_worker_left(const worker& who) override;
  void on_worker_lost(const worker& who, std::string_view why) override;
  void on_service_appeared(const std::string& service) override;
  void on_service_emptied(const std::string& service) override;

private:
  template <class Question>
  [[nodiscard]] router* find(const Question& question) const;

  std::vector<branch> branches_;
};

} // namespace mdp::actors
