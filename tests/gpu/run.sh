#!/usr/bin/env bash
# Tests, sanitizers and benchmarks of the CUDA kernels on the machine at hand: needs the built binaries beside this script
# (build/<preset>/gpu) and, for bench, a python3 with torch 2.11 or later.
#   run.sh [quick|full|sanitize|bench]      RESULTS=<folder> for logs and JSON (default: a folder beside the script)
set -uo pipefail
level=${1:-quick}
here=$(cd "$(dirname "$0")" && pwd)
results=${RESULTS:-$here/results}
mkdir -p "$results"
failed=0

run() {  # run <log name> <command...>: output to the log and its end to the terminal
    local log=$results/$1.log
    shift
    timeout -k 5 "${LIMIT:-300}" "$@" >"$log" 2>&1
    local code=$?
    if [ $code -eq 77 ]; then
        echo "SKIP ($(tail -n 1 "$log"))"
        exit 77
    fi
    tail -n "${TAIL:-6}" "$log"
    [ $code -eq 0 ] || { echo "FAILED with $code: $*"; failed=1; }
}

nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,clocks.max.sm,temperature.gpu,power.draw \
    --format=csv >"$results/device.csv" 2>&1 || { echo "SKIP: no NVIDIA driver here"; exit 77; }
cat "$results/device.csv"

case $level in
quick) run check "$here/gpu_check" quick ;;
full)
    run check "$here/gpu_check" full
    run repeat "$here/gpu_check" repeat
    ;;
sanitize)
    for tool in memcheck racecheck initcheck synccheck; do
        echo "== $tool"
        TAIL=2 run sanitize_$tool compute-sanitizer --tool $tool --error-exitcode 9 "$here/gpu_check" sanitize
    done
    ;;
bench)
    TAIL=200 run bench python3 "$here/bench.py" --library "$here/libtr_ripple_abi.so" --json "$results/bench.json" \
        ${BENCH_ARGUMENTS:-}
    ;;
*)
    echo "run.sh [quick|full|sanitize|bench]"
    exit 2
    ;;
esac
exit $failed
