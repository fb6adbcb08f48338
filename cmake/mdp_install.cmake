# `cmake --install`: the programs (apps/), the libraries with their headers, a CMake package, so that another project can
# say find_package(mdp) and link mdp::core, mdp::net, mdp::client, mdp::protobuf or mdp::actors, and a pkg-config file for each of them.

include(CMakePackageConfigHelpers)

set(mdp_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mdp)
set(mdp_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# --- headers -------------------------------------------------------------------------------------

foreach(root IN ITEMS libmdp/mdp actors/mdp ${PROJECT_BINARY_DIR}/include/mdp)
  install(DIRECTORY ${root} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
endforeach()

# --- the CMake package ---------------------------------------------------------------------------

foreach(part IN LISTS mdp_parts)
  install(EXPORT mdp-${part}-targets NAMESPACE mdp:: DESTINATION ${mdp_package_dir})
endforeach()

configure_package_config_file(cmake/mdp-config.cmake.in ${PROJECT_BINARY_DIR}/mdp-config.cmake
  INSTALL_DESTINATION ${mdp_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mdp-config-version.cmake COMPATIBILITY SameMinorVersion)

install(FILES
  ${PROJECT_BINARY_DIR}/mdp-config.cmake
  ${PROJECT_BINARY_DIR}/mdp-config-version.cmake
  cmake/mdp_dependencies.cmake
  cmake/mdp_protobuf.cmake
  cmake/FindCAF.cmake
  DESTINATION ${mdp_package_dir})

# --- pkg-config ----------------------------------------------------------------------------------

# What each part needs beside the parts below it: other packages, and what has no package file (tl::expected, cppzmq and
# nlohmann-json are headers).
set(mdp_requires_net "libzmq >= 4.3, libsodium")
set(mdp_requires_protobuf "protobuf")
set(mdp_requires_actors "spdlog, prometheus-cpp-pull")
set(mdp_libs_service "-pthread")
set(mdp_libs_client "-pthread")
set(mdp_libs_load "-pthread")
set(mdp_libs_actors "-lcaf_core")
set(mdp_description_core "frames, messages, the wire codec and the engines of a Majordomo broker")
set(mdp_description_service "how a Majordomo worker's handlers answer requests")
set(mdp_description_net "ZeroMQ sockets for Majordomo peers")
set(mdp_description_client "a Majordomo client: blocking, futures, callbacks, streams, coroutines")
set(mdp_description_protobuf "Protocol Buffers as payloads of Majordomo messages, and typed calls")
set(mdp_description_conformance "checks for Majordomo brokers and workers")
set(mdp_description_load "a load generator for Majordomo brokers")
set(mdp_description_actors "a Majordomo broker, its workers and clients as actors")

# From that folder up to the prefix.
string(REGEX REPLACE "[^/]+" ".." mdp_pc_to_prefix ${mdp_pkgconfig_dir})

foreach(part IN LISTS mdp_parts)
  set(pc_part ${part})
  set(pc_description ${mdp_description_${part}})
  set(pc_libs ${mdp_libs_${part}})
  set(requires "")
  foreach(below IN LISTS mdp_below_${part})
    list(APPEND requires "mdp-${below} = ${PROJECT_VERSION}")
  endforeach()
  list(APPEND requires ${mdp_requires_${part}})
  list(JOIN requires ", " pc_requires)
  configure_file(cmake/mdp.pc.in ${PROJECT_BINARY_DIR}/mdp-${part}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/mdp-${part}.pc DESTINATION ${mdp_pkgconfig_dir})
endforeach()

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
