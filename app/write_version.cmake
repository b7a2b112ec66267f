# Writes timeripple_version.h (version, commit, build id). Called at every build; touches the file only on change.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
    set(commit "unknown")
endif()
execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no OUTPUT_VARIABLE dirty ERROR_QUIET)
if(dirty)
    set(commit "${commit}-changed")
endif()
set(text "#pragma once
// Written by app/write_version.cmake.
#define TIMERIPPLE_VERSION \"${VERSION}\"
#define TIMERIPPLE_COMMIT \"${commit}\"
#define TIMERIPPLE_BUILD_TYPE \"${BUILD_TYPE}\"
#define TIMERIPPLE_BUILD_ID \"${VERSION}+${commit}.${BUILD_TYPE}\"
")
set(old "")
if(EXISTS ${OUTPUT})
    file(READ ${OUTPUT} old)
endif()
if(NOT old STREQUAL text)
    file(WRITE ${OUTPUT} "${text}")
endif()
