#pragma once

#include "support/options.hpp"

#include <string>
#include <vector>

/// The commands of `mdp`, a function each: arguments in, exit code out.
namespace mdp::apps {

inline constexpr const char* client_program = "mdp";

int run_request(const std::vector<std::string>& arguments);
int run_services(const std::vector<std::string>& arguments);
int run_bench(const std::vector<std::string>& arguments);
int run_conformance(const std::vector<std::string>& arguments);
int run_tree(const std::vector<std::string>& arguments);
int run_dead_letters(const std::vector<std::string>& arguments);
int run_keygen(const std::vector<std::string>& arguments);
int run_access(const std::vector<std::string>& arguments);
int run_passwd(const std::vector<std::string>& arguments);
int run_key(const std::vector<std::string>& arguments);

/// What the help and the file need to know about a command.
[[nodiscard]] program_info client_command(std::string name, std::string usage, std::string purpose,
                                          std::string epilogue);

} // namespace mdp::apps
