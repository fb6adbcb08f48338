# Finds the C++ Actor Framework, its core module.
#
# CAF installs a package file of its own since 0.18; Debian's and Ubuntu's 0.17.6 has none. This module prefers CAF's
# own file and looks for headers and library otherwise. Either way the result is:
#
#   CAF::core     imported target; its headers are SYSTEM, as imported targets' headers are
#   CAF_VERSION   such as 0.17.6 or 1.0.2
#
# Set CAF_ROOT to look in a particular place first.

include(FindPackageHandleStandardArgs)

find_package(CAF CONFIG QUIET COMPONENTS core)

if(CAF_FOUND AND TARGET CAF::core)
  find_package_handle_standard_args(CAF REQUIRED_VARS CAF_DIR VERSION_VAR CAF_VERSION)
  return()
endif()

# Reads CAF's version out of the header `file` into `result`, empty when it does not stand there. Up to 0.17 the header
# defines one number (1706 is 0.17.6), since 0.18 the three parts.
function(caf_version_from_header file result)
  set(${result} "" PARENT_SCOPE)
  if(NOT EXISTS ${file})
    return()
  endif()
  file(STRINGS ${file} lines REGEX "^#define CAF_(MAJOR_|MINOR_|PATCH_)?VERSION +[0-9]+")
  if(lines MATCHES "CAF_VERSION +([0-9]+)")
    math(EXPR major "${CMAKE_MATCH_1} / 10000")
    math(EXPR minor "${CMAKE_MATCH_1} / 100 % 100")
    math(EXPR patch "${CMAKE_MATCH_1} % 100")
    set(${result} ${major}.${minor}.${patch} PARENT_SCOPE)
  elseif(lines MATCHES "CAF_MAJOR_VERSION +([0-9]+).*CAF_MINOR_VERSION +([0-9]+).*CAF_PATCH_VERSION +([0-9]+)")
    set(${result} ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3} PARENT_SCOPE)
  endif()
endfunction()

find_path(CAF_INCLUDE_DIR caf/config.hpp)
find_library(CAF_CORE_LIBRARY caf_core)
mark_as_advanced(CAF_INCLUDE_DIR CAF_CORE_LIBRARY)

set(CAF_VERSION "")
if(CAF_INCLUDE_DIR)
  foreach(header IN ITEMS caf/config.hpp caf/version.hpp)
    if(NOT CAF_VERSION)
      caf_version_from_header(${CAF_INCLUDE_DIR}/${header} CAF_VERSION)
    endif()
  endforeach()
endif()

find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_CORE_LIBRARY CAF_INCLUDE_DIR CAF_VERSION
  VERSION_VAR CAF_VERSION)

if(CAF_FOUND AND NOT TARGET CAF::core)
  find_package(Threads REQUIRED)
  add_library(CAF::core UNKNOWN IMPORTED GLOBAL)
  set_target_properties(CAF::core PROPERTIES
    IMPORTED_LOCATION ${CAF_CORE_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${CAF_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
