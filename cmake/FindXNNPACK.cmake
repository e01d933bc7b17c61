# Debian's libxnnpack-dev has neither a CMake package nor a .pc file. Honours XNNPACK_ROOT.
# Defines XNNPACK::XNNPACK and one LITEZOO_HAS_<function> compile definition on it for each
# function that only some releases have (there is no version macro to ask).
include(FindPackageHandleStandardArgs)
include(CheckCXXSymbolExists)
include(CMakePushCheckState)

find_path(XNNPACK_INCLUDE_DIR xnnpack.h)
find_library(XNNPACK_LIBRARY XNNPACK)
find_library(XNNPACK_MICROKERNELS_LIBRARY NAMES microkernels-prod xnnpack-microkernels-prod)
find_library(PTHREADPOOL_LIBRARY pthreadpool)
find_library(CPUINFO_LIBRARY cpuinfo)
find_package_handle_standard_args(XNNPACK
  REQUIRED_VARS XNNPACK_LIBRARY XNNPACK_INCLUDE_DIR PTHREADPOOL_LIBRARY)

if(XNNPACK_FOUND AND NOT TARGET XNNPACK::XNNPACK)
  add_library(XNNPACK::XNNPACK UNKNOWN IMPORTED)
  set(_xnnpack_libraries ${PTHREADPOOL_LIBRARY} Threads::Threads)
  if(XNNPACK_MICROKERNELS_LIBRARY)
    list(PREPEND _xnnpack_libraries ${XNNPACK_MICROKERNELS_LIBRARY})
  endif()
  if(CPUINFO_LIBRARY)
    list(APPEND _xnnpack_libraries ${CPUINFO_LIBRARY})
  endif()
  set_target_properties(XNNPACK::XNNPACK PROPERTIES
    IMPORTED_LOCATION "${XNNPACK_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${XNNPACK_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${_xnnpack_libraries}")

  # Every result carries the snapshot it was measured with; only the package's version tells it.
  execute_process(COMMAND dpkg-query -W -f "\${Version}" libxnnpack-dev
    OUTPUT_VARIABLE XNNPACK_VERSION ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(XNNPACK_VERSION STREQUAL "" OR DEFINED XNNPACK_ROOT)
    set(XNNPACK_VERSION "of an unknown snapshot")
  endif()
  set_property(TARGET XNNPACK::XNNPACK APPEND PROPERTY
    INTERFACE_COMPILE_DEFINITIONS "LITEZOO_XNNPACK_VERSION=\"${XNNPACK_VERSION}\"")

  cmake_push_check_state(RESET)
  set(CMAKE_REQUIRED_INCLUDES "${XNNPACK_INCLUDE_DIR}")
  set(CMAKE_REQUIRED_LIBRARIES ${XNNPACK_LIBRARY} ${_xnnpack_libraries} m)
  foreach(function IN ITEMS
      xnn_define_binary xnn_define_unary xnn_define_static_transpose xnn_define_concatenate2
      xnn_define_even_split2 xnn_define_static_slice xnn_define_static_reduce xnn_define_copy
      xnn_define_tanh xnn_define_exp xnn_define_log xnn_define_gelu xnn_define_reciprocal_square_root
      xnn_define_batch_matrix_multiply xnn_define_space_to_depth_2d xnn_define_depth_to_space_2d
      xnn_define_dynamically_quantized_tensor_value xnn_define_static_mean xnn_define_static_expand_dims
      xnn_define_channelwise_quantized_tensor_value_v2 xnn_define_blockwise_quantized_tensor_value
      xnn_reshape_runtime xnn_setup_runtime_v2 xnn_create_runtime_v4 xnn_weights_cache_is_finalized xnn_get_runtime_profiling_info
      xnn_get_external_value_shape xnn_reshape_external_value)
    check_cxx_symbol_exists(${function} xnnpack.h LITEZOO_HAS_${function})
    if(LITEZOO_HAS_${function})
      set_property(TARGET XNNPACK::XNNPACK APPEND PROPERTY
        INTERFACE_COMPILE_DEFINITIONS LITEZOO_HAS_${function}=1)
    endif()
  endforeach()
  cmake_pop_check_state()
endif()
