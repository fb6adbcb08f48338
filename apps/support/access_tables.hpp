#pragma once

#include "mdp/actors/runtime/broker_runtime.hpp"
#include "support/options.hpp"

#include <tl/expected.hpp>

#include <string>
#include <vector>

/// What a broker's file says about who may do what (`[[access]]`).
namespace mdp::apps {

/// Adds these tables to what the file may have.
void add_access_tables(options& all, std::vector<engine::access_rule>& rules);

/// Reads them alone out of a broker's file. The error is one line that says where.
[[nodiscard]] tl::expected<std::vector<engine::access_rule>, std::string>
read_access_rules(const std::string& path);

} // namespace mdp::apps
