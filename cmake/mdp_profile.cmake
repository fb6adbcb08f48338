# Programs that are compiled for what they do: GCC is told how often each piece of their code runs, puts what each request runs
# through together, and what hardly ever runs elsewhere. scripts/build-profiled makes such a build; one alone does not need this.
#
#   MDP_PROFILE=record   programs that write down what runs, as they end
#   MDP_PROFILE=use      programs made with what was written down

set(MDP_PROFILE "" CACHE STRING "What code runs: record it, use what was recorded, or empty; see scripts/build-profiled")
set_property(CACHE MDP_PROFILE PROPERTY STRINGS "" record use)

set(mdp_profile_dir ${PROJECT_BINARY_DIR}/profile)

if(MDP_PROFILE AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(FATAL_ERROR "MDP_PROFILE is for GCC: the compiler is ${CMAKE_CXX_COMPILER_ID}")
endif()

if(MDP_PROFILE STREQUAL "record")
  # Several threads count at once.
  set(mdp_profile_options -fprofile-generate=${mdp_profile_dir} -fprofile-update=prefer-atomic)
elseif(MDP_PROFILE STREQUAL "use")
  file(GLOB mdp_profile_files ${mdp_profile_dir}/*.gcda)
  if(NOT mdp_profile_files)
    message(FATAL_ERROR "MDP_PROFILE is 'use', but nothing was recorded in ${mdp_profile_dir}: run scripts/build-profiled")
  endif()
  # A piece that no program ran has no file; and counts of threads that ran at once need not add up.
  set(mdp_profile_options -fprofile-use=${mdp_profile_dir} -fprofile-correction -Wno-missing-profile)
elseif(MDP_PROFILE)
  message(FATAL_ERROR "MDP_PROFILE is '${MDP_PROFILE}': use record, use or nothing")
endif()

add_compile_options(${mdp_profile_options})
add_link_options(${mdp_profile_options})
