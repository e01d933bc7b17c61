# Warnings for our own code; presets make them errors (CMAKE_COMPILE_WARNING_AS_ERROR).
add_library(litezoo_flags INTERFACE)
target_compile_options(litezoo_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wformat=2 -Wdouble-promotion)
target_include_directories(litezoo_flags INTERFACE "${PROJECT_SOURCE_DIR}")

# litezoo_library(<folder> SOURCES a.cpp a.h ... [PUBLIC lib ...] [PRIVATE lib ...])
# One folder is one static library litezoo_<folder>, alias litezoo::<folder>.
function(litezoo_library folder)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(litezoo_${folder} STATIC ${arg_SOURCES})
  add_library(litezoo::${folder} ALIAS litezoo_${folder})
  target_link_libraries(litezoo_${folder}
    PUBLIC ${arg_PUBLIC}
    PRIVATE litezoo_flags ${arg_PRIVATE})
endfunction()
