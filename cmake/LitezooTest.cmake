# litezoo_test(<module> SOURCES a_test.cpp ... [LIBRARIES lib ...]): one test program a module, one
# ctest test a program. Sources see LITEZOO_SOURCE_DIR, the repository's root.
function(litezoo_test module)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${module}_test ${arg_SOURCES})
  target_compile_definitions(${module}_test PRIVATE LITEZOO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${module}_test PRIVATE
    litezoo_flags litezoo_test_main doctest::doctest ${arg_LIBRARIES})
  add_test(NAME ${module} COMMAND ${module}_test)
endfunction()
