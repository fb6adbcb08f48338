# The daemons' allocator. What libzmq's thread allocates the loop frees, and the other way round, 64 requests at a time: glibc
# keeps seven blocks of a size for a thread, and all others go by one lock and lists. With tcmalloc a request takes a tenth less
# processor time (benchmarks/README.md). Only programs link it: which allocator a process has is not a library's to say.

include(CMakeDependentOption)

# Sanitizers bring an allocator of their own.
cmake_dependent_option(MDP_TCMALLOC "Link mdp-broker and mdp-worker with tcmalloc" ${PROJECT_IS_TOP_LEVEL}
  "NOT MDP_SANITIZE;NOT MDP_FUZZ" OFF)

if(MDP_TCMALLOC)
  find_library(MDP_TCMALLOC_LIBRARY tcmalloc_minimal)
  mark_as_advanced(MDP_TCMALLOC_LIBRARY)
  if(NOT MDP_TCMALLOC_LIBRARY)
    message(FATAL_ERROR "tcmalloc is missing: apt-get install libgoogle-perftools-dev, or configure with -DMDP_TCMALLOC=OFF")
  endif()
endif()

# mdp_use_allocator(<program>): links the program with that allocator, if there is one.
function(mdp_use_allocator program)
  if(MDP_TCMALLOC)
    target_link_libraries(${program} PRIVATE ${MDP_TCMALLOC_LIBRARY})
  endif()
endfunction()
