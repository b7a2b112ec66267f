#!/usr/bin/env bash
# Tests, sanitizers and benchmarks of the CUDA kernels and of the engine on the machine at hand. Needs the built binaries beside
# this script (build/<preset>/gpu, or bin/ of a bundle by make_bundle.py) and, for bench and the engine elsewhere than on the
# machine that built it, a python3 with torch 2.11 or later. No Qt.
#   run.sh [quick|full|sanitize|bench]      RESULTS=<folder> for logs and JSON (default: a folder beside the script)
#   ONLY=kernels|engine leaves the other half out; MODELS="pond wan1.3b wan14b" chooses what bench runs whole.
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

kernels() { [ "${ONLY:-kernels}" = kernels ]; }
engine() { [ "${ONLY:-engine}" = engine ] && [ -x "$here/engine_check" ]; }
# engine_program NAME ARGUMENTS...: in a bundle with the machine's LibTorch.
engine_program() {
    if [ -x "$here/../run" ]; then "$here/../run" "$@"; else "$here/$1" "${@:2}"; fi
}
export -f engine_program
export here
steps() {  # how the engine drives the device from step to step
    local fault=$results/fault-checkpoints
    LD_PRELOAD=$here/libtr_count_waits.so run_engine steps_waits engine_steps waits
    run_engine steps_steering engine_steps steering
    run_engine steps_fault engine_steps fault "$fault"
    run_engine steps_resume engine_steps resume "$fault"
    rm -rf "$fault"
}
run_engine() {  # run_engine <log name> <program> <arguments...>
    local log=$1
    shift
    run "$log" bash -c 'engine_program "$@"' _ "$@"
}
# with_peak <command...>: also prints the most device memory that was in use meanwhile, by nvidia-smi.
with_peak() {
    nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits -lms 200 >"$results/memory.txt" 2>/dev/null &
    local sampler=$!
    "$@"
    kill $sampler 2>/dev/null
    wait $sampler 2>/dev/null
    echo "most device memory in use: $(sort -n "$results/memory.txt" | tail -n 1) MiB"
}
models=${MODELS_FOLDER:-/tmp/timeripple-random-models}
pond=$here/../resources/models/pond
[ -d "$pond" ] || pond=$here/../../../resources/models/pond

case $level in
quick)
    kernels && run check "$here/gpu_check" quick
    engine && TAIL=60 run_engine engine_check engine_check quick
    engine && TAIL=12 steps
    ;;
full)
    kernels && run check "$here/gpu_check" full
    kernels && run repeat "$here/gpu_check" repeat
    engine && TAIL=80 run_engine engine_check engine_check full
    engine && run_engine engine_repeat engine_check repeat
    engine && TAIL=12 steps
    ;;
sanitize)
    for tool in memcheck racecheck initcheck synccheck; do
        echo "== $tool"
        TAIL=2 run sanitize_$tool compute-sanitizer --tool $tool --error-exitcode 9 "$here/gpu_check" sanitize
    done
    ;;
bench)
    if engine; then
        for model in ${MODELS:-pond wan1.3b wan14b}; do
            case $model in
            pond) TAIL=20 with_peak run_engine bench_pond engine_bench pond pond 256 256 33 5 ;;
            wan1.3b | wan14b)
                [ -f "$models/$model/vae/config.json" ] ||
                    LIMIT=400 run make_$model python3 "$here/random_wan.py" $model "$models/$model" --pond "$pond"
                [ $model = wan1.3b ] && TAIL=20 with_peak run_engine bench_$model engine_bench $model "$models/$model" 832 480 81
                [ $model = wan14b ] && TAIL=20 with_peak run_engine bench_$model engine_bench $model "$models/$model" 1280 720 81
                ;;
            esac
        done
    fi
    library=$here/libtr_ripple_abi.so
    [ -f "$library" ] || library=$here/../lib/libtr_ripple_abi.so  # in a bundle
    kernels && TAIL=200 run bench python3 "$here/bench.py" --library "$library" --json "$results/bench.json" \
        ${BENCH_ARGUMENTS:-}
    ;;
*)
    echo "run.sh [quick|full|sanitize|bench]"
    exit 2
    ;;
esac
exit $failed
