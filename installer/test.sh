#!/usr/bin/env bash
# The same set-up as run.sh, then builds everything and runs all tests. Ends with ctest's closing lines and its exit code.
# Arguments go to ctest, for example: ./installer/test.sh -R hygiene
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up all
say "Running the tests"
export QT_QPA_PLATFORM=offscreen
exec ctest --test-dir "$build" -j2 --output-on-failure --no-tests=error "$@" </dev/null
