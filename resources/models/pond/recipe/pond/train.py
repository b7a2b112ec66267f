"""Train text encoder and transformer. `python -m pond.train OUT --minutes 10 --total-minutes 15 --device cuda`

Resumes from OUT: `full.pt` where it is (this machine), else from the fp16 shards (any machine, optimiser starts anew), else from an
exported model (`--begin FOLDER`, for the refining plan). Progress through the curriculum is the time spent over --total-minutes, all runs
together. On several GPUs: `torchrun --nproc-per-node N -m pond.train ...`; each draws its own samples, gradients are averaged.
"""

import argparse
import os
import random
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F

from . import captions, curriculum, latents, model, shards, world
from .muon import Muon


class Source:
    """Batches of latents, caption ids and weights, rendered on the device.

    A quarter of each batch is new; the rest comes from what was rendered before for that shape, so that drawing never holds up training.
    """

    STORE = 500  # chunks kept for a shape

    def __init__(self, arguments, device, seed):
        # forks, so before the device
        numbers, ids = captions.make(arguments.tokenizer, arguments.captions, seed, arguments.workers, arguments.pairs)
        self.device, self.space = device, latents.LatentSpace.load(arguments.latents, device)
        self.numbers, self.ids = torch.from_numpy(numbers).to(device).long(), torch.from_numpy(ids).to(device).long()
        self.empty = torch.zeros_like(self.ids[0])
        self.empty[0] = 1
        self.stores, self.rng = {}, random.Random(seed)

    @torch.no_grad()
    def fresh(self, count, size, frames):
        """New latents (fp16), caption ids, and where things are near (batch, 1, f, h, w)."""
        pick = torch.randint(len(self.ids), (count,), device=self.device)
        numbers = self.numbers[pick]
        chances = world.draw_chances(numbers, frames)
        times, end = world.timing(chances, frames)
        x, y = world.grid(count, size, size, device=self.device)
        made, weights = [], []
        part = max(1, (32 * 33 * 256 * 256) // (frames * size * size))
        for at in range(0, count, part):
            some = slice(at, at + part)
            few = {name: value[some] for name, value in chances.items()}
            clip, cover = world.draw(numbers[some], few, times[some], end[some], x[some], y[some])
            made.append(self.space.encode(clip).half())
            cover = torch.cat([cover[:, :1].expand(-1, 4, -1, -1), cover[:, 1:]], 1)
            weights.append(F.avg_pool3d(cover[:, None], (4, 8, 8)))
        near = F.max_pool3d((torch.cat(weights) > 0.01).half(), (1, 3, 3), 1, (0, 1, 1))
        return torch.cat(made), self.ids[pick], near

    def batch(self, count, size, frames):
        store = self.stores.setdefault((size, frames), [])
        part = max(1, -(-count // 4))
        chunks = []
        while part * len(chunks) < count:
            if chunks and len(store) > 12:
                chunks.append(self.rng.choice(store[:-1]))
                continue
            chunks.append(self.fresh(part, size, frames))
            store.append(chunks[-1])
        if len(store) > self.STORE:
            del store[self.rng.randrange(len(store) // 2)]
        clean, ids, near = (torch.cat(parts)[:count] for parts in zip(*chunks))
        ids = torch.where(torch.rand(len(ids), 1, device=self.device) < 0.1, self.empty, ids)
        return clean.float(), ids, near.float()


def draw_times(count, device, shift=3.0):
    """Noise levels: logit-normal, a tenth of them uniform, moved towards noise by the shift."""
    base = torch.where(torch.rand(count, device=device) < 0.1, torch.rand(count, device=device),
                       torch.sigmoid(torch.randn(count, device=device)))
    return shift * base / (1 + (shift - 1) * base)


def named_parameters(text, transformer):
    return {**{f"text.{name}": p for name, p in text.named_parameters()},
            **{f"transformer.{name}": p for name, p in transformer.named_parameters()}}


def average_gradients(parameters):
    """One all-reduce of all gradients."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat, dist.ReduceOp.SUM)
    flat /= dist.get_world_size()
    at = 0
    for gradient in gradients:
        gradient.copy_(flat[at:at + gradient.numel()].view_as(gradient))
        at += gradient.numel()


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--latents", default="latents.safetensors")
    parser.add_argument("--tokenizer", default="spiece.model")
    parser.add_argument("--minutes", type=float, default=10, help="of this run")
    parser.add_argument("--hours", type=float, help="of this run, instead of --minutes")
    parser.add_argument("--total-minutes", type=float, help="of all runs together (default: this run)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=98304, help="tokens a step")
    parser.add_argument("--captions", type=int, default=1000000)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--begin", help="exported model folder to begin from where OUT holds no state")
    parser.add_argument("--plan", choices=curriculum.PLANS, default="whole")
    parser.add_argument("--pairs", type=float, default=0.3, help="share of scenes with two things")
    parser.add_argument("--near", type=float, default=2.0, help="additional weight of errors near things")
    parser.add_argument("--shards", help="folder for fp16 shards (default OUT)")
    parser.add_argument("--no-compile", dest="compile", action="store_false")
    parser.add_argument("--max-steps", type=int, default=10**9)
    return parser.parse_args()


def main():
    arguments = parse()
    minutes = arguments.hours * 60 if arguments.hours else arguments.minutes
    total = (arguments.total_minutes or minutes) * 60
    torch.set_num_threads(arguments.threads)
    os.makedirs(arguments.out, exist_ok=True)
    narrow = arguments.shards or arguments.out
    cuda = arguments.device == "cuda"
    arguments.compile = arguments.compile and cuda
    torch._dynamo.config.suppress_errors = True
    torch._dynamo.config.cache_size_limit = 64
    begin = time.time()
    rank, workers = int(os.environ.get("LOCAL_RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    seed = arguments.seed * 7919 + int(begin) + 104729 * rank
    torch.manual_seed(arguments.seed)
    device = torch.device(arguments.device, rank) if cuda else torch.device(arguments.device)
    if cuda:
        torch.cuda.set_device(device)
        torch.backends.cuda.matmul.allow_tf32 = True
    if workers > 1:
        dist.init_process_group("nccl" if cuda else "gloo")
    source = Source(arguments, device, seed)
    text, transformer = model.build(device)
    model.use_training_attention(transformer)
    parameters = named_parameters(text, transformer)
    step, seen, spent, history = 0, 0, 0.0, []
    full = os.path.join(arguments.out, "full.pt")
    average = None
    state = torch.load(full, map_location=device, weights_only=True) if os.path.exists(full) else None
    if state is None:
        averaged, facts = shards.load(narrow, "average", device)
        if averaged:
            state = {"raw": shards.load(narrow, "raw", device)[0] or averaged, "average": averaged, **facts}
        elif arguments.begin:
            shipped = shards.load_shipped(arguments.begin, device)
            state = {"raw": shipped, "average": shipped, "step": 0, "seen": 0, "spent": 0.0, "history": []}
    if state is not None:
        for name, parameter in parameters.items():
            parameter.data.copy_(state["raw"][name])
        average = {name: state["average"][name].float() for name in parameters}
        step, seen, spent, history = state["step"], state["seen"], state["spent"], state["history"]
    matrices = [p for name, p in parameters.items() if p.ndim == 2 and ".blocks." in name]
    chosen = {id(p) for p in matrices}
    rest = [p for p in parameters.values() if id(p) not in chosen]
    muon = Muon(matrices)
    adam = torch.optim.AdamW(rest, 1e-3, betas=(0.9, 0.98), weight_decay=0.0, fused=cuda)
    if state is not None and "speeds" in state:
        muon.speeds = state["speeds"]
        adam.load_state_dict(state["adam"])
    del state
    if average is None:
        average = {name: p.detach().clone() for name, p in parameters.items()}
    runner = model.Runner(transformer, arguments.compile, cuda)
    print("parameters (millions)", round(sum(p.numel() for p in parameters.values()) / 1e6, 3), "captions ready after",
          round(time.time() - begin, 1), "s; resumed at step", step, flush=True)
    torch.manual_seed(seed % 2**31)
    rng = random.Random(arguments.seed * 7919 + step)  # the same shapes on every worker
    started, first, saved, losses, counts = time.time(), step, time.time(), {}, {}

    def save(spent_now):
        if rank:
            return
        facts = {"step": step, "seen": seen, "spent": spent_now, "history": history}
        raw = {name: p.detach() for name, p in parameters.items()}
        shards.save(narrow, "average", average, facts, torch.float16)
        shards.save(narrow, "raw", raw, facts, torch.float16)
        torch.save({"raw": raw, "average": average, "speeds": muon.speeds, "adam": adam.state_dict(), **facts}, full + ".part")
        os.replace(full + ".part", full)

    def first_clock(elapsed):
        """The first worker's clock, so that all stop and turn at the same step."""
        shared = torch.tensor(elapsed, device=device, dtype=torch.float64)
        dist.broadcast(shared, 0)
        return float(shared)

    elapsed = 0.0
    while elapsed < minutes * 60 and step - first < arguments.max_steps:
        progress = min(1.0, (spent + elapsed) / total)
        size, frames = curriculum.pick(progress, rng, arguments.plan)
        count = curriculum.batch_size(arguments.tokens, size, frames)
        clean, ids, near = source.batch(count, size, frames)
        times = draw_times(count, device)
        level = times.view(-1, 1, 1, 1, 1)
        noise = torch.randn_like(clean)
        with torch.autocast(device.type, torch.bfloat16, enabled=cuda):
            rows = model.embed(text, ids).float()
        velocity = runner((1 - level) * clean + level * noise, times, rows)
        error = (velocity - (noise - clean)).square()
        # near things small errors matter most, but only where the noise already shows where they are
        loss = (error * (1 + arguments.near * (1 - level) * near)).mean()
        loss.backward()
        if workers > 1:
            average_gradients(parameters.values())
        factor = curriculum.rate(progress, step - first)
        torch.nn.utils.clip_grad_norm_(rest, 1.0)
        muon.step(arguments.rate * factor)
        for group in adam.param_groups:
            group["lr"] = 1e-3 * factor
        adam.step()
        muon.zero_grad()
        adam.zero_grad(set_to_none=True)
        step, seen = step + 1, seen + count * workers
        keep = min(0.999, 1 - 1 / (step / 10 + 1))
        torch._foreach_lerp_(list(average.values()), [p.detach() for p in parameters.values()], 1 - keep)
        shape = f"{size}x{frames}"
        losses.setdefault(shape, []).append(error.detach().mean())
        counts[shape] = counts.get(shape, 0) + count * workers
        if not rank and (step % 200 == 0 or not cuda or step == first + 20):
            means = {name: round(float(torch.stack(values).mean()), 4) for name, values in losses.items()}
            history.append({"step": step, "seen": seen, "seconds": round(spent + time.time() - started, 1), "loss": means})
            print(step, seen, f"{progress:.3f}", means, f"{(time.time() - started) / 60:.2f} min", flush=True)
            losses = {}
        if workers == 1 or step % 20 == 0:
            elapsed = time.time() - started if workers == 1 else first_clock(time.time() - started)
        if time.time() - saved > 150:
            saved = time.time()
            save(spent + time.time() - started)
    save(spent + time.time() - started)
    if workers > 1:
        dist.destroy_process_group()
    print("end at step", step, "samples", seen, "this run", counts, flush=True)


if __name__ == "__main__":
    main()
