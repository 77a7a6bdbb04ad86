# aegis_tests(NAME LIBRARIES lib... SOURCES TestOne.cpp ...)
# One program for a folder of test classes (linking is what costs), and one ctest entry for each class, named after its
# file. Each file ends with `AEGIS_TEST(TestOne)`. LABEL (default unit) and TIMEOUT in seconds (default 60) are optional.
function(aegis_tests name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "LIBRARIES;SOURCES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  # The library's precompiled header serves its tests too (2 of 3 seconds a file); it asks for the library's -fPIC.
  if(arg_LIBRARIES MATCHES "aegis_(shared|server|test_cluster|test_server)")
    string(REGEX REPLACE "test_(cluster|server)" "server" library ${CMAKE_MATCH_0})
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${name} PRIVATE -fPIC)
    target_precompile_headers(${name} REUSE_FROM ${library})
  endif()
  if(Qt6_VERSION VERSION_GREATER_EQUAL 6.5)
    set_target_properties(${name} PROPERTIES AEGIS_NARROWS ON) # QTRY_VERIFY of a newer Qt does
  endif()
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} aegis_test_support Qt6::Test)
  foreach(source ${arg_SOURCES})
    get_filename_component(class ${source} NAME_WE)
    if(NOT class MATCHES "^Test")
      continue() # a helper of the tests in this folder
    endif()
    add_test(NAME ${class} COMMAND ${name} ${class})
    set_tests_properties(${class} PROPERTIES
      LABELS "$<IF:$<BOOL:${arg_LABEL}>,${arg_LABEL},unit>"
      TIMEOUT "$<IF:$<BOOL:${arg_TIMEOUT}>,${arg_TIMEOUT},60>"
      ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QT_FATAL_WARNINGS=0")
  endforeach()
endfunction()
