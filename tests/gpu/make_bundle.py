#!/usr/bin/env python3
"""Packs what a machine with a GPU and a Python torch, but without our Debian packages, needs to run the engine:

    make_bundle.py <build folder> <output folder>     ->  timeripple-bundle.tar.xz.00, .01, ... of at most 15 MB each

There: cat timeripple-bundle.tar.xz.* | tar xJ; then timeripple-bundle/run timeripple generate ... (see gpu/run.sh).
Shared libraries that media and metrics really use travel; those that FFmpeg and OpenCV merely name (codecs, X11, LAPACK:
150 MB) are replaced by stand-ins that hold the wanted names and answer 0, or stop the program with a sentence (LAPACK).
LibTorch and CUDA come from the machine's `python3 -c "import torch"`. The C++ runtime too: it must be newer than ours.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

REAL = ("libavcodec libavformat libavutil libswscale libswresample libx264 libz libopencv_core libopencv_imgproc libtbb "
        "libsentencepiece libhwy libgme").split()
FROM_THERE = ("libc. libm. libdl. librt. libpthread. libstdc++. libgcc_s. ld-linux libgomp. libtorch libc10 libcudart. "
              "libcupti. libtr_").split()
PROGRAMS = ["bin/timeripple", "gpu/engine_check", "gpu/engine_bench", "gpu/engine_steps", "gpu/libtr_count_waits.so", "gpu/gpu_check"]
LIBRARIES = ["lib/libtr_engine.so", "lib/libtr_engine_base.so", "gpu/libtr_ripple_abi.so"]
SCRIPTS = ["gpu/run.sh", "gpu/bench.py", "gpu/random_wan.py"]
PART_BYTES = 15_000_000
# Mathematics must never answer 0: these stop the program when called. The rest (codecs, probes, windows) answers 0, "no".
STOP_WHEN_CALLED = ("liblapack", "libblas")

RUN = """#!/bin/sh
# run PROGRAM [ARGUMENTS]: a program of this bundle with the machine's LibTorch.
here=$(cd "$(dirname "$0")" && pwd)
torch=${TIMERIPPLE_TORCH:-$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')}
[ -f "$torch/lib/libtorch_cpu.so" ] || { echo "run: no LibTorch in '$torch'; name its folder in TIMERIPPLE_TORCH" >&2; exit 2; }
program=$1
shift
export TIMERIPPLE_ENGINE="$here/lib/libtr_engine.so" TIMERIPPLE_RESOURCES="$here/resources"
LD_LIBRARY_PATH="$here/lib:$torch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/bin/$program" "$@"
"""


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(library):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-d", "-W", library))


def paths_of(library):
    """Where the loader of this machine finds what a library needs, by soname."""
    return {m[1]: os.path.realpath(m[2]) for m in re.finditer(r"(\S+) => (/\S+)", output("ldd", library))}


def symbols(library):
    """(name, version or "", type, defined) of the dynamic symbols."""
    for line in output("readelf", "--dyn-syms", "-W", library).splitlines():
        fields = line.split()
        if len(fields) < 8 or not fields[0].endswith(":") or fields[0] == "Num:" or fields[4] == "LOCAL":
            continue
        name, _, version = fields[7].replace("@@", "@").partition("@")
        yield name, version, fields[3], fields[6] != "UND"


def make_stand_in(soname, provider, consumers, folder):
    """A library of this soname with every symbol that the consumers take from it."""
    offered = {(name, version): kind for name, version, kind, defined in symbols(provider) if defined}
    wanted = {(name, version) for library in consumers for name, version, _, defined in symbols(library)
              if not defined and (name, version) in offered}
    lines = ["    .text"]
    for number, (name, version) in enumerate(sorted(wanted)):
        kind = offered[(name, version)]
        data = kind == "OBJECT"
        label = f"tr_{number}"
        lines += [".data" if data else ".text", f".type {label}, @{'object' if data else 'function'}",
                  f"{label}:", "    .zero 256" if data else "    xor %eax, %eax\n    ret" if not soname.startswith(STOP_WHEN_CALLED) else
                  f"    lea text_{number}(%rip), %rdi\n    jmp tr_not_in_bundle",
                  f".globl {label}"]
        lines += [f".symver {label}, {name}@@{version}" if version else f".globl {name}\n.set {name}, {label}"]
        lines += [".section .rodata", f'text_{number}: .string "{soname}: {name}"', ".text"]
    source = folder / "stand_in.s"
    source.write_text("\n".join(lines) + '\n.section .note.GNU-stack,"",@progbits\n')
    stop = folder / "stop.c"
    stop.write_text("#include <stdio.h>\n#include <stdlib.h>\n__attribute__((visibility(\"hidden\"))) void "
                    "tr_not_in_bundle(const char* what) {\n    fprintf(stderr, \"%s was called, which this bundle leaves "
                    "out (tests/gpu/make_bundle.py)\\n\", what);\n    abort();\n}\n")
    versions = sorted({version for _, version in wanted if version})
    script = folder / "versions.map"
    script.write_text("\n".join(f"{version} {{ }};" for version in versions) + "\n")
    command = ["gcc", "-shared", "-fPIC", "-O1", "-s", f"-Wl,-soname,{soname}", str(source), str(stop), "-o",
               str(folder.parent / "lib" / soname)]
    subprocess.run(command + ([f"-Wl,--version-script={script}"] if versions else []), check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--without-model", action="store_true", help="the model is already there; programs are given --model")
    arguments = parser.parse_args()
    source = pathlib.Path(__file__).resolve().parents[2]
    build = arguments.build.resolve()
    arguments.output.mkdir(parents=True, exist_ok=True)

    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = pathlib.Path(scratch_name)
        bundle = scratch / "timeripple-bundle"
        (bundle / "bin").mkdir(parents=True)
        (bundle / "lib").mkdir()
        (bundle / "work").mkdir()
        for name in PROGRAMS + SCRIPTS:
            if (build / name).exists():
                shutil.copy(build / name, bundle / "bin")
            else:
                print(f"left out, not built: {name}", file=sys.stderr)
        own = []
        for name in LIBRARIES:
            shutil.copy(build / name, bundle / "lib")
            own.append(build / name)

        places, consumers, queue = {}, {}, list(own)
        while queue:
            library = queue.pop()
            places.update(paths_of(library))
            for soname in needed(library):
                if soname.startswith(tuple(FROM_THERE)):
                    continue
                if soname.split(".so")[0] in REAL and soname not in consumers:
                    shutil.copy(places[soname], bundle / "lib" / soname)
                    queue.append(places[soname])
                consumers.setdefault(soname, []).append(library)
        for soname, users in consumers.items():
            if soname.split(".so")[0] not in REAL:
                make_stand_in(soname, places[soname], users, bundle / "work")
        shutil.rmtree(bundle / "work")
        for file in list((bundle / "bin").iterdir()) + list((bundle / "lib").iterdir()):
            if file.suffix not in (".sh", ".py"):
                subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)
        unused = ["pictures", "icons", "fonts", "recipe", "demos", "translations"]
        shutil.copytree(source / "resources", bundle / "resources",
                        ignore=shutil.ignore_patterns(*unused, *(["models"] if arguments.without_model else [])))
        (bundle / "run").write_text(RUN)
        (bundle / "run").chmod(0o755)

        for old in arguments.output.glob("timeripple-bundle.tar.xz.*"):
            old.unlink()
        packed = scratch / "timeripple-bundle.tar.xz"
        subprocess.run(["tar", "--owner=0", "--group=0", "-C", str(scratch), "-I", "xz -3 -T2", "-cf", str(packed),
                        bundle.name], check=True)
        subprocess.run(["split", "-d", "-b", str(PART_BYTES), str(packed),
                        str(arguments.output / "timeripple-bundle.tar.xz.")], check=True)
        print(f"{packed.stat().st_size / 1e6:.1f} MB packed, {len(consumers)} libraries, in {arguments.output}")


if __name__ == "__main__":
    main()
