#pragma once

#include "mdp/security/curve_config.hpp"
#include "support/options.hpp"

#include <string>
#include <vector>

/// The two options by which whoever connects speaks CURVE.
namespace mdp::apps {

struct curve_options {
  std::string server_key;  ///< The broker's, in Z85 or as a file; empty: there is no CURVE.
  std::string certificate; ///< Who we are; empty: nobody in particular.
};

/// Adds `--server-key` and `--certificate`.
void add_curve_options(options& all, curve_options& set);

/// Reads keys and files into `curve`; what is wrong is added to `findings`.
void complete_curve(const curve_options& set, security::curve_config& curve,
                    std::vector<std::string>& findings);

} // namespace mdp::apps
