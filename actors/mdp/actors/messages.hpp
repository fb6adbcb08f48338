#pragma once

#include "mdp/actors/io_messages.hpp"
#include "mdp/actors/job_messages.hpp"
#include "mdp/actors/proxy_messages.hpp"
#include "mdp/actors/supervision_messages.hpp"
#include "mdp/actors/survey_messages.hpp"
#include "mdp/actors/worker_messages.hpp"

/// What actors say to each other, room by room. Plain structs: commands in the imperative, events in the past, timers to
/// oneself end in `_due`. They never leave the process. Routing has its own, which only it includes
/// (`routing_messages.hpp`).
