"""Golden tables and runs of diffusers' flow-matching schedulers, and normals for the Philox stream.

    python make_scheduler_fixtures.py        (diffusers 0.40.0, torch 2.11.0)

Writes sampling/tables.json and sampling/runs.safetensors beside this script.
"""
import json
import pathlib

import diffusers
import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent / "sampling"
SHIFTS = (1.0, 3.0, 5.0)
STEPS = (1, 2, 4, 20, 30, 50)
torch.manual_seed(7)
torch.set_num_threads(1)


def unipc(shift, **more):
    return UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift, **more
    )


def euler(shift, **more):
    return FlowMatchEulerDiscreteScheduler(shift=shift, **more)


def shortest(tensor):
    """Integers, or the fewest digits that read back as the same float32."""
    return [float(str(value)) if tensor.is_floating_point() else int(value) for value in tensor.numpy()]


def table(scheduler, steps):
    scheduler.set_timesteps(steps)
    return {"sigmas": shortest(scheduler.sigmas), "timesteps": shortest(scheduler.timesteps)}


def tables():
    rows = []
    for kind, make in (("unipc", unipc), ("euler", euler)):
        for shift in SHIFTS + (2.7,):
            for steps in STEPS:
                rows.append({"kind": kind, "shift": shift, "steps": steps, "config": {}, **table(make(shift), steps)})
        for more in ({"shift_terminal": 0.02}, {"num_train_timesteps": 250}):
            rows.append({"kind": kind, "shift": 3.0, "steps": 7, "config": more, **table(make(3.0, **more), 7)})
    more = {"final_sigmas_type": "sigma_min"}
    rows.append({"kind": "unipc", "shift": 3.0, "steps": 5, "config": more, **table(unipc(3.0, **more), 5)})
    return rows


def velocity(sample, bias, dtype):
    """The stand-in for a model: the test computes the same operations. The input is cast as the pipeline casts it."""
    x = sample.to(dtype)
    return x * 0.75 + bias.to(dtype) * (x * 0.5).tanh()


def run(scheduler, steps, dtype):
    scheduler.set_timesteps(steps)
    scheduler.set_begin_index(0)
    sample, trace = NOISE.clone(), []
    for t in scheduler.timesteps:
        sample = scheduler.step(velocity(sample, BIAS, dtype), t, sample, return_dict=False)[0]
        trace.append(sample.float())
    kept = sorted({min(1, steps - 1), steps // 2, steps - 1})
    if not trace[-1].isfinite().all():  # bh1 ends in 0 * infinity there; the engine returns the estimate instead
        assert scheduler.config.solver_type == "bh1"
        kept.remove(steps - 1)
    return torch.stack([trace[i] for i in kept]), kept


NOISE = torch.randn(1, 2, 3, 4, 5)
BIAS = torch.randn(1, 2, 3, 4, 5)


def runs():
    tensors, rows = {"noise": NOISE, "bias": BIAS}, []
    cases = []
    for shift in (3.0, 5.0):
        for steps in (1, 2, 20, 50):
            cases.append(("unipc", shift, steps, {}, "fp32"))
            cases.append(("euler", shift, steps, {}, "fp32"))
    for steps in (3, 12):
        cases.append(("unipc", 3.0, steps, {"solver_order": 1}, "fp32"))
        cases.append(("unipc", 3.0, steps, {"solver_order": 3}, "fp32"))
        cases.append(("unipc", 3.0, steps, {"solver_order": 3, "solver_type": "bh1"}, "fp32"))
        cases.append(("unipc", 3.0, steps, {"solver_type": "bh1"}, "fp32"))
        cases.append(("unipc", 3.0, steps, {"disable_corrector": [0, 1]}, "fp32"))
    for kind in ("unipc", "euler"):
        cases.append((kind, 3.0, 20, {}, "bf16"))
    for number, (kind, shift, steps, more, dtype) in enumerate(cases):
        scheduler = (unipc if kind == "unipc" else euler)(shift, **more)
        trace, kept = run(scheduler, steps, torch.float32 if dtype == "fp32" else torch.bfloat16)
        name = f"run_{number}"
        tensors[name] = trace
        rows.append({"name": name, "kind": kind, "shift": shift, "steps": steps, "config": more, "dtype": dtype, "kept": kept})
    return tensors, rows


def philox_words(seed, count):
    """Philox4x32-10 in numpy, written from the paper and independent of the engine's header."""
    mask = np.uint64(0xFFFFFFFF)
    index = np.arange(count // 4, dtype=np.uint64)
    c = [index & mask, index >> np.uint64(32), np.zeros_like(index), np.zeros_like(index)]
    k0, k1 = np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ k0, p1 & mask, (p0 >> np.uint64(32)) ^ c[3] ^ k1, p0 & mask]
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & mask, (k1 + np.uint64(0xBB67AE85)) & mask
    return np.stack(c, 1)


def normals(seed, count):
    u = (philox_words(seed, count).astype(np.longdouble) + np.longdouble(0.5)) / np.longdouble(2.0**32)
    r = np.sqrt(-2 * np.log(u[:, 0::2]))
    angle = 2 * np.longdouble("3.14159265358979323846264338327950288") * u[:, 1::2]
    return np.stack([r * np.cos(angle), r * np.sin(angle)], -1).reshape(-1).astype(np.float32)


def main():
    assert diffusers.__version__ == "0.40.0", diffusers.__version__
    HERE.mkdir(exist_ok=True)
    tensors, rows = runs()
    for seed in (0, 1, 42, 2**32 - 1, 0xDEADBEEFCAFEF00D):
        tensors[f"normals_{seed}"] = torch.from_numpy(normals(seed, 256))
    save_file(tensors, HERE / "runs.safetensors")
    (HERE / "runs.safetensors").chmod(0o644)
    (HERE / "tables.json").write_text(json.dumps({"tables": tables(), "runs": rows}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
