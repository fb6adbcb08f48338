# The libraries this project stands on. Shared by the build and by the installed package, so that both look for the
# same things in the same way. What only the programs, tests or benchmarks use is found beside them.

find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)
find_package(spdlog REQUIRED)
find_package(CAF 0.17.6 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(prometheus-cpp REQUIRED)

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
