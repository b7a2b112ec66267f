#!/usr/bin/env bash
# Makes the clips of the Demo page again, with the built-in model: four prompts, each dense and accelerated from the same noise in one
# process. Every clip carries its recipe with times, settings and PSNR of every frame, measured on the raw frames; the files
# themselves are H.264, so that all eight stay under 2 MB. Takes five minutes on two cores; run it again when the model or the
# attention changed. The machine must be otherwise idle: the four dense runs are the same work, and where their times differ by more
# than a fifth the clips are thrown away.
#   resources/demos/make_demos.sh [path of timeripple]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-$here/../../timeripple}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

demo() {  # name, preset, seed, prompt
    "$program" compare --prompt "$4" --preset "$2" --seed "$3" --crf 12 --save-frames "$work/$1.mp4"
}
demo 1-fish Draft 7 "a large orange fish moves left in dark water"
demo 2-ring Draft 3 "a large purple ring moves down in a sunny pond"
demo 3-ball Balanced 3 "a large red ball moves up in a sunset sky"
demo 4-star Faithful 5 "a small yellow star moves right in a sunny pond"

"$program" --version
for clip in "$work"/*-dense.mp4; do "$program" recipe "$clip"; done | python3 -c '
import json, sys
text, at, seconds = sys.stdin.read().strip(), 0, []
while at < len(text):
    recipe, end = json.JSONDecoder().raw_decode(text, at)
    seconds.append(recipe["seconds"]["denoising"])
    at = end + len(text[end:]) - len(text[end:].lstrip())
print("dense denoising:", ", ".join(f"{s:.1f} s" for s in seconds))
if max(seconds) > 1.2 * min(seconds):
    sys.exit("The machine was busy: equal runs took unequal times. Nothing was changed; run this again when it is idle.")
'

size=$(cat "$work"/*.mp4 | wc -c)
if [ "$size" -gt 2000000 ]; then
    echo "The clips take $size bytes, more than 2 MB. Raise --crf in this script." >&2
    exit 1
fi
mv "$work"/*.mp4 "$here/"
echo "8 clips, $size bytes, in $here"
