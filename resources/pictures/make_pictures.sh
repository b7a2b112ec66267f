#!/usr/bin/env bash
# Pictures of the README from real runs of the built-in model: studio.webp (animation), watch-dark.png, compare-dark.png
# and demo-light.png, written beside this script. Takes two runs of Pond (minutes on two cores).
#   resources/pictures/make_pictures.sh [build folder, default build/release]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:-$root/build/release}" && pwd)
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
# Settings and history of the person who runs this stay out of the pictures, and are not touched.
export XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state XDG_CACHE_HOME=$home/cache
TIMERIPPLE_RESOURCES=$root/resources TIMERIPPLE_ENGINE=$build/lib/libtr_engine.so QT_QPA_PLATFORM=offscreen \
    "$build/tests/ui_showreel" "$here"
