#pragma once

#include <caf/config.hpp>

/// True where CAF has the interface of 0.18 and later. Only files of this folder may ask.
#define MDP_CAF_AT_LEAST_0_18 (CAF_VERSION >= 1800)
