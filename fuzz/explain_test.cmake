# SPDX-License-Identifier: Apache-2.0
#
# cmake -DTARGET=<binary> -DINPUT=<file> -DMEANING=<regex> -DDIVERGENCE=<regex>
#       -P explain_test.cmake
#
# Passes if the target, run on INPUT, says what it means and what its first
# divergence is, and without E820CHECK_EXPLAIN says neither.
foreach(explain 0 1)
  set(ENV{E820CHECK_EXPLAIN} ${explain})
  execute_process(COMMAND ${TARGET} ${INPUT} OUTPUT_VARIABLE words_${explain}
    ERROR_VARIABLE words_${explain})
endforeach()
if(NOT words_1 MATCHES "(${MEANING}).*\nfirst divergence: ${DIVERGENCE}\n")
  message(FATAL_ERROR "not explained:\n${words_1}")
endif()
if(words_0 MATCHES "first divergence")
  message(FATAL_ERROR "explained unasked:\n${words_0}")
endif()
