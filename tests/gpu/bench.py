#!/usr/bin/env python3
"""Times the CUDA kernels stage by stage against LibTorch's dense attention, in one process, with CUDA events.

Medians; dense and own kernels take turns, so that clocks and heat are shared. Data are random normal; merged tokens are
copies of their root with a little noise, so that detection finds exactly the wanted share.
"""
import argparse
import ctypes
import json
import math
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

SHAPES = {  # heads, head_dim, grid T x Y x X, text tokens before, behind
    "wan1.3b-480p": (12, 128, (21, 30, 52), 0, 0),
    "cogvideox-5b": (48, 64, (13, 30, 45), 226, 0),
    "wan14b-720p": (40, 128, (21, 45, 80), 0, 0),
    "hunyuan-720p": (24, 128, (33, 45, 80), 0, 256),
}
INTS = "fp16 heads head_dim tokens video_begin frames height width reference_first kernel".split()
REALS = "query_theta key_theta value_weight softmax_scale".split()
POINTERS = ("q k v out lse member_mask link members starts groups compacted_k compacted_v counts tile_counter "
            "stream group_of edge_delta head_counters token_origins token_merged token_delta delta_histogram raw_q raw_k "
            "normed_q normed_k query_weight key_weight cosine sine residual residual_scale state chunk_groups qkv "
            "delta_heads delta_bytes").split()


class Call(ctypes.Structure):
    _fields_ = ([(name, ctypes.c_int64) for name in INTS] + [(name, ctypes.c_double) for name in REALS] +
                [(name, ctypes.c_void_p) for name in POINTERS])


def smi(query):
    out = subprocess.run(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"], capture_output=True, text=True)
    return out.stdout.strip()


def roots(grid, share, generator):
    """Root of every token for a share of unique tokens: each token with an odd coordinate links with one probability."""
    frames, height, width = grid
    tokens = frames * height * width
    index = torch.arange(tokens, device="cuda")
    position = [index // (height * width), index // width % height, index % width]
    stride = [height * width, width, 1]
    odd = torch.stack([p % 2 == 1 for p in position])
    linkable = odd.any(0)
    probability = (1 - share) * tokens / linkable.sum().item()
    weights = torch.where(odd, torch.rand(3, tokens, device="cuda", generator=generator), torch.tensor(-1.0, device="cuda"))
    axis = weights.argmax(0)
    links = linkable & (torch.rand(tokens, device="cuda", generator=generator) < probability)
    target = index - torch.where(links, torch.tensor(stride, device="cuda")[axis], 0)
    for _ in range(3):
        target = target[target]
    return target


def merged(shape, share, generator):
    heads, dim, grid, before, behind = shape
    video = math.prod(grid)
    x = torch.randn(heads, before + video + behind, dim, device="cuda", generator=generator)
    if share < 1:
        for head in range(heads):
            rows = x[head, before:before + video]
            source = roots(grid, share, generator)
            rows.copy_(rows[source] + 0.01 * torch.randn(video, dim, device="cuda", generator=generator))
    return x.bfloat16()


def timed(functions, seconds, most, ahead=False):
    """Median milliseconds of each function; they take turns. ahead: the device first sleeps a little, so that launching, which
    takes the host as long as a short kernel runs, is over before it begins."""
    for function in functions.values():
        function()
    torch.cuda.synchronize()
    times = {name: [] for name in functions}
    start = time.time()
    rounds = 0
    while rounds < 3 or (time.time() - start < seconds and rounds < most):
        for name, function in functions.items():
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            if ahead:
                torch.cuda._sleep(400_000)
            begin.record()
            function()
            end.record()
            end.synchronize()
            times[name].append(begin.elapsed_time(end))
        rounds += 1
    return {name: statistics.median(values) for name, values in times.items()}, rounds


def time_forms(library, own, shape, seconds, v):
    """Everything around the main path, at the lists that the main path has left."""
    heads, dim, grid, before, behind = shape
    video = math.prod(grid)
    tokens = before + video + behind
    make = lambda *size, dtype: torch.empty(*size, device="cuda", dtype=dtype)
    zeros = lambda *size, dtype: torch.zeros(*size, device="cuda", dtype=dtype)
    lists = {
        "group_of": make(2, heads, tokens, dtype=torch.int32),
        "edge_delta": make(2, heads, library.tr_edge_delta_stride(*grid), dtype=torch.int16),
    }
    sums = {
        "head_counters": zeros(heads, 12, dtype=torch.int64), "token_origins": zeros(2, 4, video, dtype=torch.int32),
        "token_merged": zeros(2, video, dtype=torch.int32), "token_delta": zeros(2, video, dtype=torch.float32),
        "delta_histogram": zeros(2, 3, 64, dtype=torch.int32),
    }
    deltas = {"edge_delta": lists["edge_delta"], "token_delta": sums["token_delta"],
              "delta_heads": zeros(2, video, dtype=torch.float32)}
    delta_bytes = {"delta_bytes": make(heads, 2, video, dtype=torch.uint8)}
    angle = torch.rand(video, dim // 2, device="cuda")
    raw = {
        "raw_q": v.transpose(0, 1).contiguous(), "raw_k": v.transpose(0, 1).flip(0).contiguous(),
        "normed_q": make(tokens, heads, dim, dtype=torch.bfloat16),
        "normed_k": make(tokens, heads, dim, dtype=torch.bfloat16),
        "query_weight": torch.rand(heads * dim, device="cuda"), "key_weight": torch.rand(heads * dim, device="cuda"),
        "cosine": angle.cos(), "sine": angle.sin(),
    }
    lse = {"lse": make(heads, tokens, dtype=torch.float32)}
    kept = {"residual": zeros(heads, tokens, dim, dtype=torch.bfloat16)}
    fp8 = {"residual": zeros(heads, tokens, dim, dtype=torch.uint8), "residual_scale": zeros(heads, tokens, dtype=torch.float32)}
    stages = {
        "single_pass+deltas+group_of": own(library.tr_single_pass, **lists),
        "detect": own(library.tr_detect), "scan": own(library.tr_scan), "compact": own(library.tr_compact),
        "detect+deltas": own(library.tr_detect, **lists),
        "scan+group_of": own(library.tr_scan, **lists),
        "statistics": own(library.tr_statistics, **lists, **sums),
        "statistics-deltas": own(library.tr_statistics, **sums),
        "token_deltas": own(library.tr_token_deltas, **deltas),
        "token_deltas+bytes": own(library.tr_token_deltas, **deltas, **delta_bytes),
        "attention": own(library.tr_attend_compacted),
        "attention+lse": own(library.tr_attend_compacted, **lse),
        "near_field": own(library.tr_near_field, **lists, **lse),
        "attention+residual": own(library.tr_attend_compacted, **kept),
        "attention+fp8": own(library.tr_attend_compacted, **fp8),
        "refresh": own(library.tr_refresh_residual, **kept), "refresh_fp8": own(library.tr_refresh_residual, **fp8),
        "apply": own(library.tr_apply_residual, **kept), "apply_fp8": own(library.tr_apply_residual, **fp8),
    }
    times, _ = timed(stages, seconds, 20)
    # Last, with their own members and masks left behind: the lists of the case are no longer needed.
    fused = {
        "rms_rope": own(library.tr_rms_rope, **raw), "norm_rope": own(library.tr_norm_rope, **raw),
        "norm_rope_detect": own(library.tr_norm_rope_detect, **raw),
        "norm_rope_detect+deltas": own(library.tr_norm_rope_detect, **raw, edge_delta=lists["edge_delta"]),
        "detect_token_major": own(library.tr_detect_token_major, **raw),
    }
    return times | timed(fused, seconds / 2, 20)[0]


def time_overhead(library, own, shape, q, k, v, groups, seconds):
    """What the engine's two ways cost beside attention, in its layout and in place: norm of q and k, then a single pass; and
    norm with detection, scan, compaction. Gains of 1 and one angle for all tokens: what were copies stay copies."""
    heads, dim, grid, _, _ = shape
    tokens = math.prod(grid)
    angle = torch.rand(1, dim // 2, device="cuda").expand(tokens, -1)
    ones = torch.ones(heads * dim, device="cuda")
    tables = {"qkv": torch.stack([x.transpose(0, 1) for x in (q, k, v)], 1).contiguous(), "query_weight": ones, "key_weight": ones,
              "cosine": angle.cos().contiguous(), "sine": angle.sin().contiguous()}
    launch = lambda name: own(getattr(library, f"tr_{name}"), **tables)
    rms_rope, single_pass, norm, norm_detect, scan, compact, attention = (
        launch(name) for name in "rms_rope single_pass norm_rope norm_rope_detect scan compact attend_compacted".split())

    def saved():
        torch.cuda.synchronize()
        share = groups.double() / tokens
        return 1 - (share[0] * share[1]).mean().item()
    stages = {  # in this order, so that attention reads the lists of the way before it
        "rms_rope": rms_rope, "single_pass": single_pass, "attention_by_cell": attention,
        "rms_rope+single_pass": lambda: (rms_rope(), single_pass()),
        "norm": norm, "norm+detect": norm_detect, "scan": scan, "compact": compact, "attention_by_token": attention,
        "norm+detect+scan+compact": lambda: (norm_detect(), scan(), compact()),
    }
    ms, rounds = timed(stages, seconds, 40, ahead=True)
    single_pass()
    saved_apart = saved()
    for step in (norm_detect, scan):
        step()
    behind = ms["scan"] + ms["compact"]
    apart = ms["single_pass"]
    fused = ms["norm+detect"] - ms["norm"] + behind
    against_rows = ms["norm+detect"] - ms["rms_rope"] + behind
    chains = ms["norm+detect+scan+compact"] - ms["norm"], ms["norm+detect+scan+compact"] - ms["rms_rope"], \
        ms["rms_rope+single_pass"] - ms["rms_rope"]
    by_cell, by_token = ms["attention_by_cell"], ms["attention_by_token"]
    return {"ms": ms, "rounds": rounds, "saved_apart": saved_apart, "saved_fused": saved(),
            "apart": {"ms": apart, "percent": 100 * apart / by_cell, "chain_ms": chains[2], "chain_percent": 100 * chains[2] / by_cell},
            "fused": {"ms": fused, "percent": 100 * fused / by_token, "chain_ms": chains[0],
                      "chain_percent": 100 * chains[0] / by_token},
            "fused_against_rms_rope": {"ms": against_rows, "percent": 100 * against_rows / by_token, "chain_ms": chains[1],
                                       "chain_percent": 100 * chains[1] / by_token}}


def print_overhead(overhead):
    print(f"   engine's layout, saved {100 * overhead['saved_apart']:.1f}% apart, {100 * overhead['saved_fused']:.1f}% fused, "
          f"{overhead['rounds']} rounds: " + "  ".join(f"{stage} {value:.3f}" for stage, value in overhead["ms"].items()))
    for name, what in (("apart", "norm apart: single pass"),
                       ("fused", "norm fused: (norm with detection - the same norm alone) + scan + compact"),
                       ("fused_against_rms_rope", "norm fused: (norm with detection - rms_rope of q and k) + scan + compact")):
        row = overhead[name]
        print(f"   overhead, {what}: {row['ms']:.3f} ms, {row['percent']:.2f} % of compacted attention; launched together "
              f"{row['chain_ms']:.3f} ms, {row['chain_percent']:.2f} %")


def open_library(path):
    library = ctypes.CDLL(path)
    library.tr_error_text.restype = ctypes.c_char_p
    library.tr_mask_stride.restype = ctypes.c_int64
    library.tr_state_words.restype = ctypes.c_int64
    if hasattr(library, "tr_edge_delta_stride"):
        library.tr_edge_delta_stride.restype = ctypes.c_int64
    assert library.tr_call_bytes() <= ctypes.sizeof(Call)  # an older build knows fewer fields, the first ones
    return library


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", required=True)
    parser.add_argument("--json")
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--savings", default="0.5,0.75,0.85")
    parser.add_argument("--seconds", type=float, default=1.5, help="per timed group")
    parser.add_argument("--kernels", default="automatic", help="own kernels to time; the first is the one that counts")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME=LIBRARY",
                        help="also time the kernels of a library built with other settings")
    parser.add_argument("--no-forms", action="store_true", help="leave out near field, residual, statistics, fused norm")
    parser.add_argument("--no-overhead", action="store_true", help="leave out the engine's two ways to compacted keys")
    parser.add_argument("--profile", action="store_true", help="launch every own kernel once and leave: for ncu")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        print("no CUDA device for torch")
        return 77
    library = open_library(args.library)
    variants = {name: open_library(path) for name, path in (item.split("=", 1) for item in args.variant)}
    device = torch.cuda.get_device_name()
    print(f"{device}, torch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}, "
          f"clocks sm/mem/power before: {smi('clocks.sm,clocks.mem,power.draw')}")
    results = {"device": device, "torch": torch.__version__, "cudnn": torch.backends.cudnn.version(), "rows": []}

    for name in args.shapes.split(","):
        shape = SHAPES[name]
        heads, dim, grid, before, behind = shape
        tokens = before + math.prod(grid) + behind
        flop = 4.0 * heads * tokens * tokens * dim
        generator = torch.Generator(device="cuda").manual_seed(1)
        stream = torch.cuda.current_stream().cuda_stream
        make = lambda *size, dtype: torch.empty(*size, device="cuda", dtype=dtype)
        capacity = library.tr_key_capacity(tokens)
        tensors = {
            "out": make(heads, tokens, dim, dtype=torch.bfloat16),
            "member_mask": make(2, heads, library.tr_mask_stride(tokens), dtype=torch.uint8),
            "link": make(2, heads, tokens, dtype=torch.uint8),
            "members": make(2, heads, tokens, dtype=torch.int32),
            "starts": make(2, heads, tokens + 1, dtype=torch.int32),
            "groups": make(2, heads, dtype=torch.int32),
            "chunk_groups": make(heads, library.tr_member_chunks(tokens) + 1, dtype=torch.int32),
            "compacted_k": make(heads, capacity, dim, dtype=torch.bfloat16),
            "compacted_v": make(heads, capacity, dim, dtype=torch.bfloat16),
            "counts": make(heads, capacity, dtype=torch.float32),
            "state": make(library.tr_state_words(heads, tokens), dtype=torch.int32),
            "tile_counter": torch.zeros(1, device="cuda", dtype=torch.int32),
        }
        for savings in [0.0] + [float(s) for s in args.savings.split(",")]:
            share = math.sqrt(1 - savings)
            q, k = merged(shape, share, generator), merged(shape, share, generator)
            v = torch.randn(heads, tokens, dim, device="cuda", generator=generator).bfloat16()

            def own(function, kernel="automatic", stream=stream, **more):
                call = Call(heads=heads, head_dim=dim, tokens=tokens, video_begin=before, frames=grid[0], height=grid[1],
                            width=grid[2], kernel={"automatic": 0, "sm80": 1, "sm90": 2}[kernel], query_theta=0.2,
                            key_theta=0.2, softmax_scale=dim**-0.5, q=q.data_ptr(), k=k.data_ptr(), v=v.data_ptr(),
                            stream=stream, **{key: value.data_ptr() for key, value in (tensors | more).items()})

                def launch():
                    error = function(ctypes.byref(call))
                    if error:
                        raise RuntimeError(f"{library.tr_error_text(error).decode()} ({error})")
                return launch

            def dense(backend):
                def launch():
                    with sdpa_kernel([backend]):
                        return F.scaled_dot_product_attention(q[None], k[None], v[None])
                return launch

            stages = {"single_pass": own(library.tr_single_pass)}
            for variant, other in variants.items():
                stages[f"single_pass_{variant}"] = own(other.tr_single_pass)
            first, *others = args.kernels.split(",")
            competitors = {first: (library, first)}
            if flop < 2e13:
                competitors |= {kernel: (library, kernel) for kernel in others}
            competitors |= {variant: (other, "automatic") for variant, other in variants.items()}
            for competitor, (own_library, kernel) in competitors.items():
                if savings > 0.0 or competitor == first:
                    stages[f"attention_{competitor}"] = own(own_library.tr_attend_compacted, kernel)
                if savings == 0.0:
                    stages[f"own_dense_{competitor}"] = own(own_library.tr_attend_dense, kernel)
            stages["cudnn"] = dense(SDPBackend.CUDNN_ATTENTION)
            if savings == 0.0:
                stages["flash"] = dense(SDPBackend.FLASH_ATTENTION)
            stages["single_pass"]()
            if args.profile:
                for stage in stages:
                    if stage.startswith(("attention", "own_dense")):
                        stages[stage]()
                torch.cuda.synchronize()
                continue

            def whole():
                for stage in ("single_pass", f"attention_{first}"):
                    stages[stage]()
            stages["ripple"] = whole
            whole()
            torch.cuda.synchronize()
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, stream=side):
                own(library.tr_single_pass, stream=side.cuda_stream)()
                own(library.tr_attend_compacted, first, stream=side.cuda_stream)()
            stages["ripple_graph"] = graph.replay
            for variant, other in variants.items():
                chain = [own(other.tr_single_pass), own(other.tr_attend_compacted)]
                stages[f"ripple_{variant}"] = lambda chain=chain: [launch() for launch in chain]
            times, rounds = timed(stages, args.seconds, 30)
            forms = {} if args.no_forms or str(savings) != args.savings.split(",")[-1] else time_forms(library, own, shape, args.seconds, v)
            overhead = None
            if savings > 0.0 and before + behind == 0 and not args.no_overhead:
                overhead = time_overhead(library, own, shape, q, k, v, tensors["groups"], args.seconds)
                stages["single_pass"]()
                torch.cuda.synchronize()
            groups = tensors["groups"].double() / tokens
            got = 1 - (groups[0] * groups[1]).mean().item()
            if savings == 0.0:
                baseline_flash = times["flash"]
            best_dense = min(times["cudnn"], baseline_flash)
            row = {"shape": name, "savings": got, "rounds": rounds, "ms": times, "forms_ms": forms, "overhead": overhead, "best_dense_ms": best_dense,
                   "speedup": best_dense / times["ripple"],
                   "kernel_tflops": (1 - got) * flop / times[f"attention_{first}"] / 1e9,
                   "dense_tflops": flop / best_dense / 1e9, "clocks": smi("clocks.sm,clocks.mem,power.draw,temperature.gpu")}
            results["rows"].append(row)
            print(f"{name:13s} saved {100 * got:5.1f}%  dense {best_dense:8.3f} ms ({row['dense_tflops']:.0f} TFLOP/s)  "
                  f"ripple {times['ripple']:8.3f} ms  {row['speedup']:.2f}x  kernel {row['kernel_tflops']:.0f} TFLOP/s  "
                  f"[{row['clocks']}]")
            print("   " + "  ".join(f"{stage} {value:.3f}" for stage, value in times.items()), flush=True)
            if forms:
                print("   forms: " + "  ".join(f"{stage} {value:.3f}" for stage, value in forms.items()), flush=True)
            if overhead:
                print_overhead(overhead)
            if args.json:
                with open(args.json, "w") as file:
                    json.dump(results, file, indent=1)
            del q, k, v
    return 0


if __name__ == "__main__":
    sys.exit(main())
