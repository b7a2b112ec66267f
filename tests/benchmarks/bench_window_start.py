#!/usr/bin/env python3
"""How long the window takes to stand: from the start of the process to its first painted picture, as the program's own log
tells it, and how much of that it waited for a processor (other programs' work, not ours). Needs a display (run it under xvfb-run where there is none).

    xvfb-run -a -s "-screen 0 1440x900x24" tests/benchmarks/bench_window_start.py build/release/bin/timeripple-studio [runs]

The first run is the one called cold (root may drop the page cache first with --drop-caches); the others are warm."""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

LIMIT_MS = 700


def start_once(program):
    with tempfile.TemporaryDirectory() as home:
        own = {f"XDG_{kind.upper()}_HOME": f"{home}/{kind}" for kind in ("state", "data", "config", "cache")}
        env = dict(os.environ, **own)
        process = subprocess.Popen([program], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        log = home + "/state/timeripple/timeripple.log"
        try:
            give_up = time.monotonic() + 60
            while time.monotonic() < give_up:
                if os.path.exists(log):
                    found = re.search(r"The window stood (\d+) ms .* (\d+) ms of them waiting", open(log, errors="replace").read())
                    if found:
                        return int(found.group(1)), int(found.group(2))
                if process.poll() is not None:
                    sys.exit(f"{program} ended with {process.returncode} before its window stood.")
                time.sleep(0.01)
            sys.exit(f"{program} did not show a window within a minute.")
        finally:
            process.terminate()
            process.wait()


def main():
    arguments = [a for a in sys.argv[1:] if a != "--drop-caches"]
    if not arguments:
        sys.exit(__doc__)
    if "--drop-caches" in sys.argv:
        os.sync()
        open("/proc/sys/vm/drop_caches", "w").write("3")
    times = [start_once(arguments[0]) for _ in range(int(arguments[1]) if len(arguments) > 1 else 6)]
    own = [whole - waited for whole, waited in times]
    whole = [t for t, _ in times]
    for name, row in (("wall clock", whole), ("without waiting for a processor", own)):
        warm = row[1:] or row
        print(f"{name}: cold {row[0]} ms, warm median {statistics.median(warm):.0f} ms, worst {max(warm)} ms of {len(warm)}")
    print(f"limit {LIMIT_MS} ms")
    return 0 if max(own) < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
