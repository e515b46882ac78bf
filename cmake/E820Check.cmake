# SPDX-License-Identifier: Apache-2.0
#
# What every folder's CMakeLists.txt uses: packages, flags, and three functions
# to declare a library, a test and a property test.

find_package(absl REQUIRED)
add_library(e820check_flags INTERFACE)
target_include_directories(e820check_flags INTERFACE ${PROJECT_SOURCE_DIR})
# Other projects, of which this one is a part, neither test it nor want warnings.
if(PROJECT_IS_TOP_LEVEL)
  find_package(nlohmann_json REQUIRED)
  find_package(Threads REQUIRED)
  if(NOT E820CHECK_LIBFUZZER)
    find_package(GTest REQUIRED)
    find_package(rapidcheck REQUIRED)
  endif()
  target_compile_options(e820check_flags INTERFACE
    -Wall -Wextra -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    # GCC warns of designated initialisers that leave a member its default.
    -Wno-missing-field-initializers
    # GCC 12 warns of std::string's own operator+ of a literal and a string.
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
    $<$<BOOL:${E820CHECK_WERROR}>:-Werror>)
endif()
if(E820CHECK_SANITIZE)
  add_compile_options(-fsanitize=${E820CHECK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${E820CHECK_SANITIZE})
endif()
# Another engine brings flags of its own, in CXXFLAGS.
if(E820CHECK_LIBFUZZER AND NOT DEFINED ENV{LIB_FUZZING_ENGINE})
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(E820CHECK_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
if(E820CHECK_TIDY)
  find_program(CLANG_TIDY clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet)
endif()

# e820check_library(NAME SOURCES... DEPS...): a library of this project; static,
# but for scripts/mutate, which sets BUILD_SHARED_LIBS so that a change of one
# file links one library anew and no program.
function(e820check_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(e820check_${name} ${ARG_SOURCES})
  target_link_libraries(e820check_${name}
    PUBLIC $<BUILD_INTERFACE:e820check_flags> ${ARG_DEPS})
endfunction()

# e820check_install(NAME HEADERS...): other projects may use the library, as
# e820check::NAME, with these headers of its folder.
function(e820check_install name)
  add_library(e820check::${name} ALIAS e820check_${name})
  set_target_properties(e820check_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(e820check_${name} PUBLIC cxx_std_20)
  target_include_directories(e820check_${name} INTERFACE
    $<INSTALL_INTERFACE:include/e820check>)
  install(TARGETS e820check_${name} EXPORT e820check)
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME folder)
  install(FILES ${ARGN} DESTINATION include/e820check/${folder})
endfunction()

# e820check_test(NAME SOURCES... DEPS... LABELS...): a GoogleTest program, one
# ctest entry. LABELS default to "unit". Builds for libFuzzer leave them out:
# what they run under sanitizers is the corpus.
function(e820check_test name)
  if(E820CHECK_LIBFUZZER OR NOT PROJECT_IS_TOP_LEVEL)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE E820CHECK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
endfunction()
