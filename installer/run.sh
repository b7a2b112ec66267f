#!/usr/bin/env bash
# Sets up what is missing, builds Release and starts the Studio; with arguments, the command line gets them:
#   ./installer/run.sh
#   ./installer/run.sh generate --prompt "a large orange fish moves left in dark water" -o clip.mp4
# Environment: TIMERIPPLE_TORCH names an existing LibTorch 2.11; TIMERIPPLE_CUDA=OFF builds without CUDA kernels;
# TIMERIPPLE_JOBS limits parallel compilers; TIMERIPPLE_SETUP_ONLY=1 stops before starting anything.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

here=$PWD
set_up timeripple timeripple-studio tr_engine
if [ -n "${TIMERIPPLE_SETUP_ONLY:-}" ]; then
    say "Ready: ./timeripple-studio and ./timeripple"
    exit 0
fi
cd "$here" # files named in the arguments are relative to where the user stands
if [ $# -gt 0 ]; then
    exec "$root/timeripple" "$@"
fi
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
    fail "everything is built, but there is no display to open the window on." \
        "Start it from a desktop session, or use the command line: $0 generate --prompt \"a large orange fish moves left in dark water\" -o clip.mp4"
fi
if [ "$SECONDS" -gt 5 ]; then say "Starting TimeRipple Studio"; fi
exec "$root/timeripple-studio"
