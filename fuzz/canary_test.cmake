# SPDX-License-Identifier: Apache-2.0
#
# cmake -DTARGET=<binary> -DINPUT=<file to write, or empty> -DFLAGS=<flags>
#       -P canary_test.cmake
#
# Passes if the canary target dies of its own planted crash, on INPUT or by
# searching with FLAGS. Dying of anything else, or surviving, fails.
set(arguments ${FLAGS})
if(INPUT)
  file(WRITE ${INPUT} "0xe820")
  list(APPEND arguments ${INPUT})
endif()
execute_process(COMMAND ${TARGET} ${arguments}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "the canary survived:\n${output}")
endif()
if(NOT output MATCHES "canary: the planted crash was found")
  message(FATAL_ERROR "died (${result}) of something else:\n${output}")
endif()
