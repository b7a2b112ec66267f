"""One denoising step, ours against diffusers v0.40.0: time and peak memory of the process.

    python tests/benchmarks/step_vs_diffusers.py [--build build/release] [--threads 2] [--repeats 5] [--only pond|wide]

Two processes with the same weights take turns, so that other load on the machine meets both; medians are compared. On a busy
machine look at the processor time, and see that nothing gives the two another priority. A step is
both passes of guidance, the guidance itself and UniPC. Cases: Pond at 33 frames of 256 x 256, and two layers of Wan 1.3B's
width (1536, 12 x 128, 8960) at 17 frames of 256 x 256, fp32 and bf16. Both sides wait with a short spin, as our programs do
(engine/base/thread_waiting.cpp). Exits with 1 where a target is missed.
"""
import argparse
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
STEP_TARGET, MEMORY_TARGET = 0.95, 0.80
TEXT_ROWS = 512
WIDE = dict(num_attention_heads=12, attention_head_dim=128, ffn_dim=8960, num_layers=2, text_dim=4096)


def twin(folder, t, h, w, rows, threads, dtype):
    """The same protocol as bench_step, on diffusers."""
    import time

    import torch
    from diffusers import UniPCMultistepScheduler, WanTransformer3DModel

    torch.set_grad_enabled(False)
    torch.set_num_threads(threads)
    kind = torch.bfloat16 if dtype == "bf16" else torch.float32
    model = WanTransformer3DModel.from_pretrained(folder + "/transformer", torch_dtype=kind).eval()
    scheduler = UniPCMultistepScheduler.from_pretrained(folder + "/scheduler", flow_shift=3.0)
    scheduler.set_timesteps(30)
    prompts = []
    for seed in (1, 2):
        text = torch.zeros(1, TEXT_ROWS, model.config.text_dim)
        text[0, :rows] = torch.randn(rows, model.config.text_dim, generator=torch.Generator().manual_seed(seed))
        prompts.append(text.to(kind))
    latents = torch.randn(1, model.config.in_channels, t, h, w, generator=torch.Generator().manual_seed(0))
    step = 0
    for line in sys.stdin:
        command = line.strip()
        if command == "quit":
            break
        if command == "peak":
            status = pathlib.Path("/proc/self/status").read_text()
            print(int(status.split("VmHWM:")[1].split()[0]) * 1024, flush=True)
            continue
        begin = time.perf_counter()
        timestep = scheduler.timesteps[step]
        half = latents.to(kind)
        cond, uncond = (model(half, timestep.expand(1), text, return_dict=False)[0] for text in prompts)
        latents = scheduler.step(uncond + 4.0 * (cond - uncond), timestep, latents, return_dict=False)[0]
        step += 1
        print(time.perf_counter() - begin, flush=True)


class Side:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "GOMP_SPINCOUNT": "1000"})

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def step(self):
        """Wall-clock and processor seconds of a step."""
        before = self.cpu_seconds()
        return self.ask("step"), self.cpu_seconds() - before

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit("one side ended early")
        return float(answer)

    def close(self):
        self.process.stdin.write("quit\n")
        self.process.stdin.close()
        self.process.wait()


def make_wide(folder):
    import torch
    from diffusers import UniPCMultistepScheduler, WanTransformer3DModel

    torch.manual_seed(0)
    WanTransformer3DModel(**WIDE).save_pretrained(folder + "/transformer", max_shard_size="20GB")
    UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True).save_pretrained(folder + "/scheduler")


def compare(title, folder, sizes, rows, options, dtype):
    arguments = [folder, *map(str, sizes), str(rows), str(options.threads), dtype]
    ours = Side([str(ROOT / options.build / "bin" / "bench_step"), *arguments])
    theirs = Side([sys.executable, __file__, "--twin", *arguments])
    for side in (ours, theirs):
        side.ask("step")  # warm-up
    times = {"ours": [], "theirs": []}
    for _ in range(options.repeats):
        times["ours"].append(ours.step())
        times["theirs"].append(theirs.step())
    memory = [side.ask("peak") for side in (ours, theirs)]
    ours.close()
    theirs.close()
    step = [statistics.median(wall for wall, _ in times[side]) for side in ("ours", "theirs")]
    cpu = [statistics.median(busy for _, busy in times[side]) for side in ("ours", "theirs")]
    tokens = sizes[0] * (sizes[1] // 2) * (sizes[2] // 2)
    good = step[0] / step[1] <= STEP_TARGET and memory[0] / memory[1] <= MEMORY_TARGET
    print(f"{title} {dtype}: latents {'x'.join(map(str, sizes))}, {tokens} tokens\n"
          f"  step    ours {step[0]:.3f} s, diffusers {step[1]:.3f} s, ratio {step[0] / step[1]:.3f} (target {STEP_TARGET})\n"
          f"  cores   ours {cpu[0]:.2f} s, diffusers {cpu[1]:.2f} s of processor time, ratio {cpu[0] / cpu[1]:.3f}\n"
          f"  memory  ours {memory[0] / 2**20:.0f} MiB, diffusers {memory[1] / 2**20:.0f} MiB, ratio "
          f"{memory[0] / memory[1]:.3f} (target {MEMORY_TARGET})  {'met' if good else 'MISSED'}", flush=True)
    return good


def cpu_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", choices=["pond", "wide"])
    options = parser.parse_args()
    print(f"device: {cpu_name()}, {options.threads} threads, {options.repeats} repeats, medians")
    good = True
    if options.only != "wide":
        good &= compare("Pond", str(ROOT / "resources/models/pond"), (9, 32, 32), 12, options, "fp32")
    if options.only != "pond":
        with tempfile.TemporaryDirectory() as folder:
            make_wide(folder)
            for dtype in ("fp32", "bf16"):
                good &= compare("Wan 1.3B width, 2 layers", folder, (5, 32, 32), 40, options, dtype)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--twin":
        twin(sys.argv[2], *map(int, sys.argv[3:8]), sys.argv[8])
    else:
        main()
