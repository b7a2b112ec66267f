"""Fit the VAE to the latent space. `python -m pond.train_vae OUT --minutes 5 --device cuda` (resumes from OUT/vae.pt)

The decoder learns latents to clips, the encoder clips to latents; later both together through the pixels.
"""

import argparse
import math
import os
import random
import time

import torch

from . import autoencoder, latents, pictures, scenes, world


def clip_loss(made, real):
    """Absolute and squared error, and the same for what changes between frames, so that nothing flickers."""
    error = made - real
    loss = error.abs().mean() + 3 * error.square().mean()
    if made.shape[2] > 1:
        loss = loss + 0.5 * (error[:, :, 1:] - error[:, :, :-1]).abs().mean()
    return loss


class Source:
    """Batches of crops and whole pictures with their latents. Crops are rendered some batches ahead and dealt out shuffled."""

    AHEAD = 8

    def __init__(self, space, device, seed):
        self.space, self.device, self.rng, self.ready, self.turn = space, device, random.Random(seed), [], 0

    @torch.no_grad()
    def draw(self, count, frames, size, crop):
        numbers = torch.tensor([scenes.draw_training(self.rng).numbers() for _ in range(count)], device=self.device)
        chances = world.draw_chances(numbers, frames)
        x, y = world.grid(count, size, crop, device=self.device)
        clips = world.draw(numbers, chances, *world.timing(chances, frames), x, y)[0]
        return clips, self.space.encode(clips)

    def crops(self, count, frames, crop):
        if not self.ready:
            size = (128, 192, 256, 128)[self.turn % 4]
            self.turn += 1
            clips, wanted = self.draw(count * self.AHEAD, frames, size, crop)
            self.ready = list(zip(clips.split(count), wanted.split(count)))
        return self.ready.pop()


def evaluate(vae, space, device, size, count=8, frames=33, sheet=None):
    """PSNR and flicker on held-out scenes, through encoder and decoder, whole pictures."""
    rng, errors, flicker, drift, shown = random.Random(4242), [], [], [], []
    for index in range(count):
        scene = scenes.draw(rng)
        while not scene.held_out():
            scene = scenes.draw(rng)
        numbers = torch.tensor([scene.numbers()], device=device)
        chances = world.draw_chances(numbers, frames)
        x, y = world.grid(1, size, size, device=device)
        with torch.no_grad():
            clip = world.render(numbers, chances, x, y, frames)
            made = autoencoder.decode(vae, autoencoder.encode(vae, clip)).clamp(-1, 1)
            plain = autoencoder.decode(vae, space.encode(clip)).clamp(-1, 1)
        errors.append((float((made - clip).square().mean()), float((plain - clip).square().mean())))
        change = lambda v: float((v[:, :, 1:] - v[:, :, :-1]).abs().mean())
        flicker.append(change(made) / change(clip))
        drift.append(float((made - clip)[:, :, -8:].mean((0, 2, 3, 4)).abs().max()))
        if index < 6:
            shown += [pictures.to_bytes(clip[0]), pictures.to_bytes(made[0])]
    if sheet:
        pictures.save(sheet, pictures.sheet(shown))
    decibels = lambda column: sum(10 * math.log10(4 / row[column]) for row in errors) / len(errors)
    return {"psnr": round(decibels(0), 2), "psnr_of_ideal_latents": round(decibels(1), 2), "change_ratio": round(sum(flicker) / count, 3),
            "late_colour_shift": round(sum(drift) / count, 4)}


def settle(vae, device, batch, crop):
    """Time number formats and memory layouts on this device, keep the fastest: (autocast on, channels last)."""
    best, choice = None, (False, False)
    for half, last in ((True, False), (True, True), (False, False)):
        layout = torch.channels_last_3d if last else torch.contiguous_format
        arrange(vae, last)
        clips = torch.rand(batch, 3, 33, crop, crop, device=device).contiguous(memory_format=layout)
        for turn in range(4):
            if turn == 2:
                torch.cuda.synchronize()
                begin = time.time()
            with torch.autocast("cuda", torch.bfloat16, enabled=half):
                found = autoencoder.encode(vae, clips)
                loss = autoencoder.decode(vae, found.float().contiguous(memory_format=layout)).float().square().mean()
            loss.backward()
            vae.zero_grad(set_to_none=True)
        torch.cuda.synchronize()
        spent = (time.time() - begin) / 2
        print(f"bf16 {half} channels last {last}: {spent * 1000:.0f} ms a step", flush=True)
        if best is None or spent < best:
            best, choice = spent, (half, last)
    arrange(vae, choice[1])
    return choice


def arrange(vae, last):
    """Weights channels last, or plain."""
    for parameter in vae.parameters():
        if parameter.ndim in (4, 5):
            layout = {4: torch.channels_last, 5: torch.channels_last_3d}[parameter.ndim] if last else torch.contiguous_format
            parameter.data = parameter.data.contiguous(memory_format=layout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--latents", required=True)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    os.makedirs(arguments.out, exist_ok=True)
    cuda = arguments.device == "cuda"
    device = torch.device(arguments.device)
    torch.manual_seed(arguments.seed)
    if cuda:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    space = latents.LatentSpace.load(arguments.latents, device)
    vae = autoencoder.build().to(device)
    average = {name: tensor.detach().clone() for name, tensor in vae.state_dict().items()}
    optimiser = torch.optim.AdamW(vae.parameters(), arguments.rate, betas=(0.9, 0.99), weight_decay=0.0, fused=cuda)
    path, step, begin = os.path.join(arguments.out, "vae.pt"), 0, time.time()
    if os.path.exists(path):
        state = torch.load(path, map_location=device, weights_only=True)
        vae.load_state_dict(state["vae"])
        average = state["average"]
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    source = Source(space, device, arguments.seed + step)
    half, last = settle(vae, device, arguments.batch, arguments.crop) if cuda else (False, False)
    layout = torch.channels_last_3d if last else torch.contiguous_format
    length, first, recent = arguments.minutes * 60, step, []
    saved = time.time()

    def save():
        torch.save({"vae": vae.state_dict(), "average": average, "optimiser": optimiser.state_dict(), "step": step}, path + ".part")
        os.replace(path + ".part", path)

    while (elapsed := time.time() - begin) < length:
        done = elapsed / length
        turn = step % 16
        if turn == 7:
            clips, wanted = source.draw(1, 33, 256, 256)
        elif turn == 15:
            clips, wanted = source.draw(max(1, arguments.batch // 8), 49, 128, 128)
        else:
            clips, wanted = source.crops(arguments.batch, 33, arguments.crop)
        clips, wanted = clips.contiguous(memory_format=layout), wanted.contiguous(memory_format=layout)
        through_encoder = done > 0.5 and step % 2 == 0
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            found = autoencoder.encode(vae, clips)
            given = found.float() if through_encoder else wanted + 0.04 * torch.randn_like(wanted)
            made = autoencoder.decode(vae, given)
        loss = clip_loss(made.float(), clips) + 3 * (found.float() - wanted).square().mean()
        rate = arguments.rate * min(1, (step - first + 1) / 100) * min(1, max(0.02, (1 - done) / 0.6))
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimiser.step()
        step += 1
        keep = min(0.998, 1 - 1 / (step / 8 + 1))
        torch._foreach_lerp_(list(average.values()), list(vae.state_dict().values()), 1 - keep)
        if step % 100 == 0 or not cuda or step in (10, 50):
            recent.append((made.float().clamp(-1, 1) - clips).square().mean().item())
            print(f"step {step} psnr {10 * math.log10(4 / recent[-1]):.2f} latent error {(found.float() - wanted).square().mean().item():.5f} "
                  f"loss {loss.item():.4f} minutes {(time.time() - begin) / 60:.2f}", flush=True)
        if time.time() - saved > 60:
            saved = time.time()
            save()
    save()
    vae.load_state_dict(average)
    arrange(vae, False)
    vae.eval().requires_grad_(False)
    if cuda:
        half = torch.finfo(torch.float16)
        print("fp16 range", max(float(p.abs().max()) for p in vae.parameters()), "of", half.max)
    for size in (128, 192, 256) if cuda else (128,):
        sheet = os.path.join(arguments.out, f"vae-{size}.png") if size != 192 else None
        print(size, evaluate(vae, space, device, size, 24 if cuda else 2, 33 if cuda else 9, sheet), flush=True)
    vae.save_pretrained(os.path.join(arguments.out, "vae"))


if __name__ == "__main__":
    main()
