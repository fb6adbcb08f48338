# The libraries this project stands on, and which part of it on which. Shared by the build and by the installed package,
# so that both look for the same things in the same way. What only the programs, tests or benchmarks use is found beside
# them.

# The parts of the package, bottom up, and what each of them stands on: mdp::<part>.
set(mdp_parts core service net protobuf conformance actors)
set(mdp_below_service core)
set(mdp_below_net core)
set(mdp_below_protobuf core service)
set(mdp_below_conformance net)
set(mdp_below_actors net service)

# mdp_parts_with_below(<result> <part>...): the parts and what is below them, bottom up.
function(mdp_parts_with_below result)
  set(wanted ${ARGN})
  set(open ${ARGN})
  while(open)
    list(POP_FRONT open part)
    foreach(below IN LISTS mdp_below_${part})
      if(NOT below IN_LIST wanted)
        list(APPEND wanted ${below})
        list(APPEND open ${below})
      endif()
    endforeach()
  endwhile()
  set(sorted "")
  foreach(part IN LISTS mdp_parts)
    if(part IN_LIST wanted)
      list(APPEND sorted ${part})
    endif()
  endforeach()
  set(${result} ${sorted} PARENT_SCOPE)
endfunction()

# mdp_find_dependencies(<part>...): finds what these parts link, or stops. A macro, as what find_package() leaves behind
# belongs to the caller.
macro(mdp_find_dependencies)
  set(mdp_wanted ${ARGN})
  if("core" IN_LIST mdp_wanted)
    find_package(tl-expected REQUIRED)
  endif()
  if("service" IN_LIST mdp_wanted OR "actors" IN_LIST mdp_wanted)
    find_package(Threads REQUIRED)
  endif()
  if("net" IN_LIST mdp_wanted)
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(libzmq REQUIRED IMPORTED_TARGET GLOBAL libzmq>=4.3)
    pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)
    # cppzmq is header only. Its own package file looks for a static libzmq as well, which we do not want.
    if(NOT TARGET cppzmq)
      find_path(CPPZMQ_INCLUDE_DIR zmq.hpp REQUIRED)
      mark_as_advanced(CPPZMQ_INCLUDE_DIR)
      add_library(cppzmq INTERFACE IMPORTED GLOBAL)
      set_target_properties(cppzmq PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${CPPZMQ_INCLUDE_DIR}"
        INTERFACE_LINK_LIBRARIES PkgConfig::libzmq)
    endif()
  endif()
  if("protobuf" IN_LIST mdp_wanted)
    find_package(Protobuf REQUIRED)
  endif()
  if("actors" IN_LIST mdp_wanted)
    find_package(spdlog REQUIRED)
    find_package(CAF 0.17.6 REQUIRED)
    find_package(nlohmann_json REQUIRED)
    find_package(prometheus-cpp REQUIRED)
  endif()
endmacro()
