#pragma once

#include "mdp/security/curve_config.hpp"
#include "mdp/security/plain_config.hpp"
#include "support/options.hpp"

#include <string>
#include <vector>

/// The options by which whoever connects speaks CURVE or PLAIN.
namespace mdp::apps {

struct curve_options {
  std::string server_key;    ///< The broker's, in Z85 or as a file; empty: there is no CURVE.
  std::string certificate;   ///< Who we are; empty: nobody in particular.
  std::string user;          ///< Who we are by PLAIN; empty: there is no PLAIN.
  std::string password_file; ///< Where his password is.
};

/// Adds `--server-key` and `--certificate`, `--user` and `--password-file`.
void add_curve_options(options& all, curve_options& set);

/// Reads keys and files into `curve` or `plain`; what is wrong is added to `findings`.
void complete_curve(const curve_options& set, security::curve_config& curve,
                    security::plain_config& plain, std::vector<std::string>& findings);

/// The part of that which reads our own certificate, if one is named: for who plays the other side.
void load_certificate(const curve_options& set, security::curve_config& curve,
                      std::vector<std::string>& findings);

} // namespace mdp::apps
