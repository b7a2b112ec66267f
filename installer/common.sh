# shellcheck shell=bash
# Set-up shared by run.sh and test.sh; sourced. Each step is skipped where its result is there already. Messages go to
# stderr, so that `run.sh recipe clip.mp4 > file` holds the program's output only.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$root/build/release
logs=$root/build/setup-logs
torch_version=2.11.0
# What libtorch_cpu.so itself asks the loader for; the rest is for libtorch_cuda.so and only fetched where a GPU is.
cpu_wheels=("cuda-toolkit[cudart,cupti]==13.0.2")
gpu_wheels=("cuda-toolkit[cublas,cudart,cufft,cufile,cupti,curand,cusolver,cusparse,nvjitlink,nvrtc,nvtx]==13.0.2"
    nvidia-cudnn-cu13==9.19.0.56 nvidia-cusparselt-cu13==0.8.0 nvidia-nccl-cu13==2.28.9 nvidia-nvshmem-cu13==3.4.5)
nvcc_wheels=("cuda-toolkit[nvcc,cccl,crt,nvvm,cudart]==13.0.2")

say() { printf '[%4d s] %s\n' "$SECONDS" "$*" >&2; }

# fail WHAT WAY_OUT [LOG]
fail() {
    if [ -n "${3:-}" ] && [ -s "$3" ]; then
        printf '\n--- the last lines of %s\n' "$3" >&2
        tail -n 25 "$3" >&2
    fi
    printf '\nStopped: %s\nWhat to do: %s\n' "$1" "$2" >&2
    exit 1
}

# step TITLE LOG COMMAND...: runs it with its output in a log and says every 15 s how far it is.
step() {
    local title=$1 log=$logs/$2.log status=0 ticker
    shift 2
    mkdir -p "$logs"
    : >"$log"
    say "$title"
    # read on a pipe that nobody writes is a sleep without a child that would outlive the ticker and hold our stderr.
    (
        exec 8<> <(:)
        while ! read -rt 15 -u 8 _; do
            say "  ... $(tail -c 2000 "$log" | tr '\r' '\n' | sed '/^ *$/d' | tail -n 1 | cut -c1-110)"
        done
    ) &
    ticker=$!
    "$@" >"$log" 2>&1 </dev/null || status=$?
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    last_log=$log
    return $status
}

data_home() {
    if [ -n "${XDG_DATA_HOME:-}" ]; then
        printf '%s' "$XDG_DATA_HOME"
    elif [ -n "${HOME:-}" ]; then
        printf '%s/.local/share' "$HOME"
    else
        fail "neither HOME nor XDG_DATA_HOME is set, so there is no place for LibTorch." "Set HOME and run again."
    fi
}

# Waits while another set-up works on the same folder. The descriptor is closed before a program is started.
lock() {
    mkdir -p "$(dirname "$1")" || fail "cannot create $(dirname "$1")." "Make that folder writable and run again."
    exec 9>"$1"
    if ! flock -n 9; then
        say "Another set-up is running; waiting for it to end"
        flock 9
    fi
}
unlock() { exec 9>&-; }

need_space() {  # FOLDER MEGABYTES WHAT_FOR
    local free
    free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
    if [ "$free" -lt "$2" ]; then
        fail "$3 needs $2 MB in $1, where $free MB are free." "Free some space, or set XDG_DATA_HOME to a folder on a larger disk."
    fi
}

setup_packages() {
    local wanted missing=() package as_root=() command
    mapfile -t wanted < <(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$root/installer/packages.txt")
    if ! command -v dpkg-query >/dev/null; then
        say "This is not Debian: taking it that these are installed in their own names: ${wanted[*]}"
        return
    fi
    for package in "${wanted[@]}"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | head -n 1)" != installed ]; then
            missing+=("$package")
        fi
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command="apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "these Debian packages are missing, and neither are you root nor is there sudo: ${missing[*]}" \
            "Have an administrator run: $command"
        as_root=(sudo)
        if ! sudo -n true 2>/dev/null; then
            [ -t 0 ] || fail "these Debian packages are missing, and sudo asks for a password but there is no terminal: ${missing[*]}" \
                "Run: sudo $command"
            say "Debian packages are missing; sudo may ask for your password: ${missing[*]}"
            sudo -v || fail "sudo was refused." "Have an administrator run: $command"
        fi
        command="sudo $command"
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    step "Refreshing Debian's package lists" apt-update "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=600 update ||
        say "  apt-get update had errors (see $last_log); going on with the lists at hand"
    step "Installing ${#missing[@]} Debian packages: ${missing[*]}" apt-install \
        "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}" ||
        fail "Debian packages could not be installed." \
            "Read the lines above (no network? a broken apt?). By hand: $command" "$last_log"
}

has_gpu() { [ -e /proc/driver/nvidia/version ] || [ -e /dev/nvidia0 ]; }

# Prints an nvcc of CUDA 13 or later that the machine has, or nothing.
system_nvcc() {
    local nvcc
    for nvcc in "$(command -v nvcc || true)" "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc" /usr/local/cuda/bin/nvcc; do
        if [ -x "$nvcc" ] && [ "$("$nvcc" --version 2>/dev/null | sed -n 's/.*release \([0-9]*\)\..*/\1/p')" -ge 13 ] 2>/dev/null; then
            printf '%s' "$nvcc"
            return
        fi
    done
}

pip_install() {
    # Wheels are unpacked beside their target: /tmp may be small. No cache: it would keep a second copy of gigabytes.
    TMPDIR=$toolchain/tmp PYTHONNOUSERSITE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 \
        "$toolchain/venv/bin/python3" -m pip install --progress-bar off --retries 5 "$@"
}

torch_version_of() {
    cat "$1/include/torch/headeronly/version.h" "$1/include/torch/csrc/api/include/torch/version.h" 2>/dev/null |
        sed -n 's/^#define TORCH_VERSION_M[AI][JN]OR \([0-9]*\)$/\1/p' | paste -sd.
}

# Sets torch (folder with include/ and lib/) and nvcc (compiler or empty).
setup_toolchain() {
    local want python site
    nvcc=
    [ "${TIMERIPPLE_CUDA:-AUTO}" = OFF ] || nvcc=$(system_nvcc)
    if [ -n "${TIMERIPPLE_TORCH:-}" ]; then
        torch=$TIMERIPPLE_TORCH
        if [ ! -f "$torch/lib/libtorch_cpu.so" ] || [ ! -f "$torch/include/ATen/ATen.h" ]; then
            fail "TIMERIPPLE_TORCH names '$torch', which holds no lib/libtorch_cpu.so and include/ATen/ATen.h." \
                "Name the torch folder of a Python environment or an unpacked LibTorch; or unset it and LibTorch is installed for you."
        fi
        if [ "$(torch_version_of "$torch")" != "${torch_version%.*}" ]; then
            say "TIMERIPPLE_TORCH names LibTorch $(torch_version_of "$torch"); this program is tested with $torch_version. Trying it"
        fi
        return
    fi

    toolchain=$(data_home)/timeripple/toolchain
    torch=$toolchain/torch
    want="torch $torch_version cpu"
    if has_gpu; then want="torch $torch_version gpu"; fi
    if [ -z "$nvcc" ] && [ "${TIMERIPPLE_CUDA:-AUTO}" != OFF ]; then want="$want nvcc"; fi
    if [ ! -f "$toolchain/complete" ] || [ "$(cat "$toolchain/complete")" != "$want" ] || [ ! -e "$torch/lib/libtorch_cpu.so" ]; then
        mkdir -p "$toolchain" 2>/dev/null || fail "cannot create $toolchain." "Make it writable, or set XDG_DATA_HOME to another folder."
        lock "$toolchain/lock"
        install_toolchain "$want"
        unlock
    fi
    if [ -z "$nvcc" ] && [[ $want == *nvcc ]]; then
        site=$(dirname "$(readlink -f "$torch")")
        if [ -x "$site/nvidia/cu13/bin/nvcc" ]; then nvcc=$site/nvidia/cu13/bin/nvcc; fi
    fi
}

install_toolchain() {
    local want=$1 python=/usr/bin/python3 site
    if [ -f "$toolchain/complete" ] && [ "$(cat "$toolchain/complete")" = "$want" ] && [ -e "$torch/lib/libtorch_cpu.so" ]; then
        return 0  # the other set-up did it
    fi
    rm -f "$toolchain/complete"
    if [[ $want == *gpu* ]]; then
        need_space "$toolchain" 9000 "LibTorch with CUDA"
    else
        need_space "$toolchain" 4000 "LibTorch"
    fi
    rm -rf "$toolchain/tmp"
    mkdir -p "$toolchain/tmp"
    [ -x "$python" ] || python=$(command -v python3) || fail "there is no python3." "Install python3 and python3-venv and run again."
    if ! "$toolchain/venv/bin/python3" -c 'import pip' 2>/dev/null; then
        rm -rf "$toolchain/venv"
        step "Making a private environment in $toolchain/venv" venv "$python" -m venv "$toolchain/venv" ||
            fail "python3 -m venv failed." "Install python3-venv (apt-get install python3-venv) and run again." "$last_log"
    fi
    local again="Check the network and the free space and run again; what is complete is kept. Or name a LibTorch $torch_version that you have in TIMERIPPLE_TORCH."
    # --no-deps: LibTorch's C++ libraries need none of the Python packages.
    step "Installing LibTorch $torch_version (0.5 GB to fetch, 1.2 GB on disk)" pip-torch pip_install --no-deps "torch==$torch_version" ||
        fail "LibTorch could not be installed." "$again" "$last_log"
    if [[ $want == *gpu* ]]; then
        step "Installing LibTorch's CUDA libraries (2 GB to fetch)" pip-cuda pip_install "${gpu_wheels[@]}" ||
            fail "LibTorch's CUDA libraries could not be installed." "$again" "$last_log"
    else
        step "Installing the two CUDA libraries that LibTorch links to even without a GPU" pip-cuda pip_install "${cpu_wheels[@]}" ||
            fail "LibTorch's libraries could not be installed." "$again" "$last_log"
    fi
    if [[ $want == *nvcc ]]; then
        step "Installing the CUDA compiler" pip-nvcc pip_install "${nvcc_wheels[@]}" ||
            fail "the CUDA compiler could not be installed." "$again To build without CUDA kernels: TIMERIPPLE_CUDA=OFF $0" "$last_log"
    fi
    site=$("$toolchain/venv/bin/python3" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    [ -f "$site/torch/lib/libtorch_cpu.so" ] || fail "pip installed torch, but $site/torch/lib/libtorch_cpu.so is not there." \
        "Remove $toolchain and run again."
    # The wheels keep libraries in lib, by their versioned names; nvcc and CMake look in lib64 and for libcudart.so.
    if [ -d "$site/nvidia/cu13/lib" ]; then
        [ -e "$site/nvidia/cu13/lib64" ] || ln -s lib "$site/nvidia/cu13/lib64"
        [ -e "$site/nvidia/cu13/lib/libcudart.so" ] || ln -s libcudart.so.13 "$site/nvidia/cu13/lib/libcudart.so"
    fi
    ln -sfn "$site/torch" "$torch"
    rm -rf "$toolchain/tmp"
    printf '%s' "$want" >"$toolchain/complete"
}

# One compiler wants up to 1.5 GB with LibTorch's headers.
build_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
    if [ "$memory" -lt 1 ]; then memory=1; fi
    printf '%s' "${TIMERIPPLE_JOBS:-$((cores < memory ? cores : memory))}"
}

# build_targets TARGET...: configures where the settings changed and builds Release.
build_targets() {
    local settings options jobs
    options=(-DTIMERIPPLE_TORCH="$(readlink -f "$torch")" -DTIMERIPPLE_CUDA="${TIMERIPPLE_CUDA:-AUTO}")
    if [ -n "$nvcc" ]; then
        options+=(-DCMAKE_CUDA_COMPILER="$nvcc" -DCUDAToolkit_ROOT="$(dirname "$(dirname "$nvcc")")")
    fi
    settings="${options[*]} $(cat "$root/CMakePresets.json")"
    if [ ! -f "$build/build.ninja" ] || [ "$(cat "$build/settings" 2>/dev/null)" != "$settings" ]; then
        [ ! -f "$build/CMakeCache.txt" ] || rm -rf "$build/CMakeCache.txt" "$build/CMakeFiles"
        step "Configuring" configure cmake -S "$root" --preset release "${options[@]}" ||
            fail "CMake could not configure the build." "Read the lines above; something it looks for is missing or too old." "$last_log"
        printf '%s' "$settings" >"$build/settings"
    fi
    jobs=$(build_jobs)
    # A dry run tells whether there is anything to say. The version target runs every time and is no work.
    if [[ $(ninja -C "$build" -n "$@" 2>&1) =~ Building|Linking|CMake|error ]]; then
        step "Building with $jobs jobs" build ninja -C "$build" -j "$jobs" "$@" ||
            fail "the build failed." "Read the lines above. If a compiler was killed, memory ran out: TIMERIPPLE_JOBS=1 $0" "$last_log"
    else
        ninja -C "$build" -j "$jobs" "$@" >"$logs/build.log" 2>&1 ||
            fail "the build failed." "Read the lines above." "$logs/build.log"
    fi
    for name in timeripple timeripple-studio; do
        [ "$(readlink "$root/$name" 2>/dev/null)" = "build/release/bin/$name" ] || ln -sfn "build/release/bin/$name" "$root/$name"
    done
}

# set_up TARGET...: everything from nothing to built.
set_up() {
    cd "$root"
    mkdir -p "$logs" 2>/dev/null || fail "cannot write into $root/build." "Use a checkout that you own."
    setup_packages
    setup_toolchain
    lock "$root/build/lock"
    build_targets "$@"
    unlock
}
