# `cmake --install`: the programs (apps/), the libraries with their headers, and a CMake package, so that another
# project can say find_package(mdp) and link mdp::core, mdp::net or mdp::actors.

include(CMakePackageConfigHelpers)

set(mdp_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mdp)

foreach(root IN ITEMS libmdp/mdp actors/mdp ${PROJECT_BINARY_DIR}/include/mdp)
  install(DIRECTORY ${root} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
endforeach()

install(EXPORT mdp-targets NAMESPACE mdp:: DESTINATION ${mdp_package_dir})

configure_package_config_file(cmake/mdp-config.cmake.in ${PROJECT_BINARY_DIR}/mdp-config.cmake
  INSTALL_DESTINATION ${mdp_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mdp-config-version.cmake COMPATIBILITY SameMinorVersion)

install(FILES
  ${PROJECT_BINARY_DIR}/mdp-config.cmake
  ${PROJECT_BINARY_DIR}/mdp-config-version.cmake
  cmake/mdp_dependencies.cmake
  cmake/FindCAF.cmake
  DESTINATION ${mdp_package_dir})

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
