#!/usr/bin/env bash
# Draws the small arrows of combo and spin boxes: dim text colour of each theme, 10x6 pixels and twice that.
set -euo pipefail
cd "$(dirname "$0")"
for mode in dark light; do
    if [ $mode = dark ]; then colour='#9aa4b2'; else colour='#5a6473'; fi
    for scale in 1 2; do
        suffix=$([ $scale = 2 ] && echo @2x || echo "")
        size=$((10 * scale))x$((6 * scale))
        convert -size $((80))x$((48)) xc:none -fill none -stroke "$colour" -strokewidth 11 \
            -draw 'stroke-linecap round stroke-linejoin round polyline 10,10 40,38 70,10' -resize $size "chevron-down-$mode$suffix.png"
        convert "chevron-down-$mode$suffix.png" -flip "chevron-up-$mode$suffix.png"
    done
done
