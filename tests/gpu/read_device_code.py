#!/usr/bin/env python3
"""Reads the built device code with cuobjdump: registers, shared memory, spills, local memory and the instructions that say
which units a kernel runs on. Fails on a spill, on local memory, or where wgmma, TMA, mma.sync or cp.async are missing.
Exit code 77 without cuobjdump. Prints the table that kernels/README.md shows.

  read_device_code.py <binary> [--cuobjdump <path>] [--table]
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

# Part of a kernel's name -> instructions it must contain, at least once.
REQUIRED = {
    "ripple_attention_fwd_sm90": ["HGMMA", "UTMALDG", "SYNCS"],
    "ripple_attention_fwd_sm80": ["HMMA", "LDGSTS", "LDSM"],
    "near_field": ["HMMA"],
}
MOST_REGISTERS = {"ripple_attention_fwd_sm90": 168, "detect_links": 80, "scan_groups": 64, "compact_kv": 80,
                  "near_field": 255, "norm_rope_detect": 128, "reuse_statistics": 64, "token_deltas": 64,
                  "residual": 64}
OURS = ("ripple_attention_fwd", "detect_links", "scan_groups", "compact_kv", "near_field", "norm_rope_detect", "reuse_statistics",
        "token_deltas", "refresh_residual", "apply_residual")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def readable(name):
    """The mangled name of one of our kernels as kernel<...>."""
    kernel = None
    for match in re.finditer(r"\d+", name):  # mangled: the length of a name, then the name
        for start in range(match.start(), match.end()):
            part = name[match.end():match.end() + int(name[start:match.end()])]
            if part.endswith("_kernel") and re.fullmatch(r"[a-z][a-z_0-9]*", part):
                kernel = part
    if kernel is None:
        return None
    arguments = [{"13__nv_bfloat16": "bf16", "6__half": "fp16"}[t] for t in re.findall(r"I(13__nv_bfloat16|6__half)", name)]
    arguments += re.findall(r"Li(\d+)E", name)
    arguments += [{"0": "dense", "1": "compacted"}[b] for b in re.findall(r"Lb([01])E", name)]
    return f"{kernel}<{', '.join(arguments)}>"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--cuobjdump", default=os.environ.get("TIMERIPPLE_CUOBJDUMP") or shutil.which("cuobjdump"))
    parser.add_argument("--table", action="store_true", help="Markdown table of the resources")
    args = parser.parse_args()
    if not args.cuobjdump or not os.path.exists(args.cuobjdump):
        print("SKIP: no cuobjdump (PyPI: nvidia-cuda-cuobjdump and nvidia-cuda-nvdisasm); name it in TIMERIPPLE_CUOBJDUMP")
        return 77
    # cuobjdump wants nvdisasm beside it on the PATH.
    os.environ["PATH"] = os.path.dirname(args.cuobjdump) + os.pathsep + os.environ["PATH"]

    problems = []
    rows = []
    seen = set()
    architecture = name = None
    for line in output(args.cuobjdump, "-res-usage", args.binary).splitlines():
        match = re.search(r"arch = (sm_\w+)", line)
        architecture = match.group(1) if match else architecture
        match = re.search(r"Function (\S+):", line)
        name = readable(match.group(1)) if match else name
        usage = dict((key, int(value)) for key, value in re.findall(r"(REG|STACK|SHARED|LOCAL):(\d+)", line))
        if usage and name and any(part in name for part in OURS):
            rows.append((architecture, name, usage))
            if usage["STACK"] or usage["LOCAL"]:
                problems.append(f"{name} for {architecture}: {usage['STACK']} bytes of stack, {usage['LOCAL']} local")
            for part, most in MOST_REGISTERS.items():
                if part in name and usage["REG"] > most:
                    problems.append(f"{name} for {architecture}: {usage['REG']} registers, the plan says {most}")

    instructions = {}
    key = None
    for line in output(args.cuobjdump, "-sass", args.binary).splitlines():
        match = re.search(r"arch = (sm_\w+)", line)
        architecture = match.group(1) if match else architecture
        match = re.search(r"Function : (\S+)", line)
        if match:
            key = (architecture, readable(match.group(1)))
            instructions[key] = {}
        match = re.match(r"\s+/\*[0-9a-f]+\*/\s+(?:@!?U?P\w+\s+)?([A-Z0-9]+)", line)
        if match and key:
            instructions[key][match.group(1)] = instructions[key].get(match.group(1), 0) + 1
    for (architecture, name), counts in instructions.items():
        if name is None:
            continue
        for bad in ("LDL", "STL"):
            if counts.get(bad) and any(part in name for part in OURS):
                problems.append(f"{name} for {architecture}: {counts[bad]} {bad}")
        for part, wanted in REQUIRED.items():
            if part in name:
                seen.add(part)
                problems += [f"{name} for {architecture}: no {w}" for w in wanted if not counts.get(w)]
    if "ripple_attention_fwd_sm80" not in seen:
        problems.append("no mma.sync attention kernel found: is this a CUDA build?")

    if args.table:
        print("| kernel | architecture | registers | static shared | matrix instructions | exp2 |")
        print("|---|---|---|---|---|---|")
        for architecture, name, usage in sorted(rows):
            counts = instructions.get((architecture, name), {})
            matrix = ", ".join(f"{counts[i]} {i}" for i in ("HGMMA", "HMMA") if counts.get(i))
            print(f"| {name} | {architecture} | {usage['REG']} | {usage['SHARED']} | {matrix} | {counts.get('MUFU', '')} |")
    print(f"{len(rows)} kernels read, {len(problems)} problems")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
