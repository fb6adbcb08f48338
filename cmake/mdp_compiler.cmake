# How everything in this tree is compiled: warnings, sanitizers, ccache, position independence.

include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

add_compile_options(-Wall -Wextra $<$<BOOL:${MDP_WERROR}>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # These look at the code after inlining, and GCC 12 then finds fault with the insides of std::string and std::variant
  # that our code has no part in (GCC bugs 105329 and 105651 among others). What they are after, CI's sanitizers catch.
  add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-maybe-uninitialized -Wno-stringop-overflow)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Our code is position independent, so that it can go into a shared library. GCC then reckons that each function may be
  # replaced by a preloaded one, and inlines none that is not marked so. Nobody replaces ours: 4 % fewer instructions a request.
  add_compile_options(-fno-semantic-interposition)
endif()

# --- sanitizers ----------------------------------------------------------------------------------

if(MDP_FUZZ AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "MDP_FUZZ needs libFuzzer, which only clang has: configure with --preset fuzz")
endif()

if(MDP_FUZZ)
  # The fuzzed libraries are instrumented for coverage too, or the fuzzer is blind.
  set(mdp_sanitizers fuzzer-no-link,address,undefined)
elseif(MDP_SANITIZE STREQUAL "address")
  set(mdp_sanitizers address,undefined)
elseif(MDP_SANITIZE STREQUAL "thread")
  set(mdp_sanitizers thread)
elseif(MDP_SANITIZE)
  message(FATAL_ERROR "MDP_SANITIZE is '${MDP_SANITIZE}': use address, thread or nothing")
endif()

if(mdp_sanitizers)
  add_compile_options(-fsanitize=${mdp_sanitizers})
  add_link_options(-fsanitize=${mdp_sanitizers})
endif()

# --- speed of the build --------------------------------------------------------------------------

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
  # ccache can follow a precompiled header only with this flag and the sloppiness below.
  add_compile_options(-fpch-preprocess)
endif()

find_program(MDP_CCACHE ccache)
mark_as_advanced(MDP_CCACHE)
if(MDP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${MDP_CCACHE})
endif()
