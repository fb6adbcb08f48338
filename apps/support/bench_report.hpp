#pragma once

#include "mdp/load/run.hpp"

#include <string>

/// What `mdp bench` says about a run.
namespace mdp::apps {

/// A table for people.
[[nodiscard]] std::string bench_table(const load::settings& set, const load::result& what);

/// The same for programs: one JSON object; times in microseconds.
[[nodiscard]] std::string bench_json(const load::settings& set, const load::result& what);

/// One line about a run that goes on.
[[nodiscard]] std::string bench_progress(const load::settings& set, const load::progress& now);

} // namespace mdp::apps
