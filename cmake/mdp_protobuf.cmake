# mdp_add_protobuf(<target> FILES <file>... [ROOT <folder>] [PUBLIC]): protocol buffers in a target, here and in projects
# that use the installed package.
#
#   add_executable(server server.cpp)
#   mdp_add_protobuf(server FILES calculator.proto)     # then: #include "calculator.pb.h"
#
# Runs protoc when a file has changed, compiles what it writes into <target> and links mdp::protobuf. A file is named from
# ROOT, by default the folder of the CMakeLists.txt, and so are its header and what it imports. PUBLIC shows the headers to
# targets that link <target> as well. Services get their generated classes when their file says
# `option cc_generic_services = true;`.

function(mdp_add_protobuf target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PUBLIC" "ROOT" "FILES")
  if(NOT TARGET ${target})
    message(FATAL_ERROR "mdp_add_protobuf: there is no target '${target}'")
  endif()
  if(NOT arg_FILES)
    message(FATAL_ERROR "mdp_add_protobuf(${target}): name the .proto files behind FILES")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mdp_add_protobuf(${target}): what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  if(NOT arg_ROOT)
    set(arg_ROOT ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  cmake_path(ABSOLUTE_PATH arg_ROOT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  if(arg_PUBLIC)
    set(scope PUBLIC)
  else()
    set(scope PRIVATE)
  endif()

  # A folder for each target, as two may have the same file.
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/protobuf/${target})
  file(MAKE_DIRECTORY ${folder})
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${arg_ROOT} NORMALIZE)
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "mdp_add_protobuf(${target}): there is no ${file}")
    endif()
    cmake_path(IS_PREFIX arg_ROOT ${file} NORMALIZE is_below)
    if(NOT is_below)
      message(FATAL_ERROR "mdp_add_protobuf(${target}): ${file} is not below ${arg_ROOT}; name another ROOT")
    endif()
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${arg_ROOT} OUTPUT_VARIABLE name)
    cmake_path(REPLACE_EXTENSION name LAST_ONLY pb.cc OUTPUT_VARIABLE source)
    cmake_path(REPLACE_EXTENSION name LAST_ONLY pb.h OUTPUT_VARIABLE header)
    add_custom_command(
      OUTPUT ${folder}/${source} ${folder}/${header}
      COMMAND protobuf::protoc --proto_path ${arg_ROOT} --cpp_out ${folder} ${file}
      DEPENDS ${file} protobuf::protoc
      COMMENT "protoc ${name}"
      VERBATIM)
    # Not our code, so not our warnings.
    set_source_files_properties(${folder}/${source} PROPERTIES COMPILE_OPTIONS -w SKIP_PRECOMPILE_HEADERS ON)
    target_sources(${target} PRIVATE ${folder}/${source} ${folder}/${header})
  endforeach()
  target_include_directories(${target} SYSTEM ${scope} $<BUILD_INTERFACE:${folder}>)
  target_link_libraries(${target} ${scope} mdp::protobuf)
endfunction()
