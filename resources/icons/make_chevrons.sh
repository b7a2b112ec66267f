#!/usr/bin/env bash
# Draws the small arrows of combo and spin boxes: dim text colour of each theme, 10x6 pixels and twice that; and the tick of check
# boxes in the colour of text on the accent, 14x14.
set -euo pipefail
cd "$(dirname "$0")"
for mode in dark light; do
    if [ $mode = dark ]; then colour='#9aa4b2' on_accent='#0b1220'; else colour='#5a6473' on_accent='#ffffff'; fi
    for scale in 1 2; do
        suffix=$([ $scale = 2 ] && echo @2x || echo "")
        size=$((10 * scale))x$((6 * scale))
        convert -size $((80))x$((48)) xc:none -fill none -stroke "$colour" -strokewidth 11 \
            -draw 'stroke-linecap round stroke-linejoin round polyline 10,10 40,38 70,10' -resize $size "chevron-down-$mode$suffix.png"
        convert "chevron-down-$mode$suffix.png" -flip "chevron-up-$mode$suffix.png"
        convert -size 112x112 xc:none -fill none -stroke "$on_accent" -strokewidth 16 \
            -draw 'stroke-linecap round stroke-linejoin round polyline 24,58 47,82 88,32' -resize $((14 * scale))x$((14 * scale)) "check-$mode$suffix.png"
    done
done
