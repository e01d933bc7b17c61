# Warnings for our own code; presets make them errors (CMAKE_COMPILE_WARNING_AS_ERROR).
add_library(litezoo_flags INTERFACE)
target_compile_options(litezoo_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wformat=2 -Wdouble-promotion
  # Designated initialisers name what differs from the defaults; that is their point.
  -Wno-missing-field-initializers
  # gcc 12 reports std::string's own memcpy at -O3: gcc.gnu.org/PR105651.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_compile_definitions(litezoo_flags INTERFACE LITEZOO_VERSION="${PROJECT_VERSION}")
target_include_directories(litezoo_flags INTERFACE "${PROJECT_SOURCE_DIR}")

# litezoo_library(<folder> SOURCES a.cpp a.h ... [PUBLIC lib ...] [PRIVATE lib ...])
# One folder is one static library litezoo_<folder>, alias litezoo::<folder>. Of our own libraries
# every one but cli may link only base (tests/layering_test.cpp holds the same rule for #include).
function(litezoo_library folder)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  foreach(library IN LISTS arg_PUBLIC arg_PRIVATE)
    if(NOT folder STREQUAL "cli" AND library MATCHES "^litezoo::" AND NOT library MATCHES "^litezoo::(base|schema)$")
      message(FATAL_ERROR "${folder}/ must not link ${library}: only base/ is below it")
    endif()
  endforeach()
  set(headers ${arg_SOURCES})
  list(FILTER headers INCLUDE REGEX "\\.h$")
  list(REMOVE_ITEM arg_SOURCES ${headers})
  add_library(litezoo_${folder} STATIC ${arg_SOURCES})
  add_library(litezoo::${folder} ALIAS litezoo_${folder})
  # A file set, so that the release preset can compile every header alone.
  target_sources(litezoo_${folder} PUBLIC
    FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${headers})
  target_link_libraries(litezoo_${folder}
    PUBLIC ${arg_PUBLIC}
    PRIVATE litezoo_flags ${arg_PRIVATE})
endfunction()
