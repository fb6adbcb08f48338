# The few shapes of target this tree has.
#
# Sources are globbed: the folder is the list, a new file is a new file and nothing else. CONFIGURE_DEPENDS makes the
# build look again each time, so a file that came or went is noticed without a hand on CMake.

# mdp_glob(<result> <pattern>...): the files of this folder that match, folders below included.
function(mdp_glob result)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${ARGN})
  set(${result} ${files} PARENT_SCOPE)
endfunction()

# mdp_add_library(<name> [ROOTS <folder>...] SOURCES <file>... LINK <target>...)
#
# A static library. ROOTS are the folders its include paths start at. Without a source it is a header-only library, so
# that what stands above it can link it all the same.
function(mdp_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "ROOTS;SOURCES;LINK")
  if(arg_SOURCES)
    set(scope PUBLIC)
    add_library(${name} STATIC ${arg_SOURCES})
  else()
    set(scope INTERFACE)
    add_library(${name} INTERFACE)
  endif()
  target_compile_features(${name} ${scope} cxx_std_20)
  target_link_libraries(${name} ${scope} ${arg_LINK})
  foreach(root IN LISTS arg_ROOTS)
    target_include_directories(${name} ${scope} $<BUILD_INTERFACE:${root}>)
  endforeach()
  target_include_directories(${name} ${scope} $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endfunction()

# mdp_export_library(<name> <part>): installs the library as a part of the CMake package `mdp` (see mdp_dependencies);
# `mdp::<part>` names it here and there. Each part has an export of its own, so that a user needs to have only what the
# parts he asks for stand on.
function(mdp_export_library name part)
  if(NOT part IN_LIST mdp_parts)
    message(FATAL_ERROR "mdp_export_library: '${part}' is not among mdp_parts in mdp_dependencies.cmake")
  endif()
  add_library(mdp::${part} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${part})
  install(TARGETS ${name} EXPORT mdp-${part}-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# mdp_precompile(<name> <header>...): precompiles headers for a target that has sources of its own.
function(mdp_precompile name)
  get_target_property(type ${name} TYPE)
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    target_precompile_headers(${name} PRIVATE ${ARGN})
  endif()
endfunction()
