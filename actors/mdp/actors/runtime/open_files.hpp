#pragma once

#include <cstddef>

namespace mdp::actors {

/// Lets this process open as many files as the system allows it, and returns how many that are: each
/// connection takes one. For a program's main(); the runtimes leave the process's limits alone. A
/// broker hangs up on connections beyond the limit.
std::size_t allow_many_open_files() noexcept;

} // namespace mdp::actors
