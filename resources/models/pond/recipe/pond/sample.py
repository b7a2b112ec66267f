"""Sample from a training state: a contact sheet of prompts. `python -m pond.sample STATE SHEET.png --vae FOLDER`

Uses diffusers' UniPC scheduler and the same noise as WanPipeline with a CPU generator, batched, with the 512-row text arithmetic.
"""

import argparse

import torch

from . import autoencoder, latents, model, pictures, shards, tokenizer

PROMPTS = (
    "a large orange fish moves left in dark water", "a small red ball circles in a sunset sky",
    "a large yellow star stays still in a night sky", "a large purple ring moves down in a sunny pond",
    "a small white leaf moves up over a green meadow", "a large blue fish moves right in a sunny pond",
    "a large pink flower sways in a misty forest", "a large turquoise moon bounces on a sandy beach",
    "a large brown heart grows over a snowy field", "a large green ball shrinks in dark water",
    "a small red fish left of a large white moon, both stay still in dark water",
    "a large yellow flower above a small purple heart, both move right over a green meadow",
    "a large white star moves right quickly in a sunset sky, the camera drifts left",
    "at night, a tiny golden fish swims left slowly, with light ripples",
    "a large red leaf sinks in dark water, with light ripples", "in the snow, a huge violet blossom goes round and round",
)


class Sampler:
    """A trained state ready to draw."""

    def __init__(self, state, pieces, device, vae=None, space=None):
        tensors, self.facts = shards.load(state, "average", device)
        text, transformer = model.build(device)
        for prefix, module in (("text.", text), ("transformer.", transformer)):
            for name, parameter in module.named_parameters():
                parameter.data.copy_(tensors[prefix + name])
        self.text = text.eval().requires_grad_(False)
        self.net = model.use_training_attention(transformer.eval().requires_grad_(False))
        self.run = model.Runner(self.net, False, device.type == "cuda")
        self.pieces, self.device, self.vae, self.space = tokenizer.load(pieces), device, vae, space

    def rows(self, prompts):
        ids = torch.tensor([tokenizer.encode(self.pieces, prompt) for prompt in prompts], device=self.device)
        return model.embed(self.text, ids)

    @torch.no_grad()
    def latents(self, prompts, seeds, size, frames, steps, guidance, shift):
        from diffusers import UniPCMultistepScheduler

        scheduler = UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift)
        scheduler.set_timesteps(steps)
        shape = (1, 16, (frames + 3) // 4, size // 8, size // 8)
        noise = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        x = torch.cat(noise).to(self.device)
        rows = torch.cat([self.rows(prompts), self.rows([""] * len(prompts))])
        for t in scheduler.timesteps:
            time = torch.full((2 * len(prompts),), float(t) / 1000, device=self.device)
            told, untold = self.run(torch.cat([x, x]), time, rows).chunk(2)
            x = scheduler.step(untold + guidance * (told - untold), t, x, return_dict=False)[0]
        return x

    @torch.no_grad()
    def clips(self, prompts, seeds, size=256, frames=33, steps=20, guidance=4.0, shift=3.0, part=16):
        """Clips as bytes, (F, H, W, 3) each."""
        for at in range(0, len(prompts), part):
            x = self.latents(prompts[at:at + part], seeds[at:at + part], size, frames, steps, guidance, shift)
            for one in x:
                clip = autoencoder.decode(self.vae, one[None]) if self.vae is not None else self.space.decode(one[None])
                yield pictures.to_bytes(clip[0])


def load_vae(folder, device):
    from diffusers import AutoencoderKLWan

    return AutoencoderKLWan.from_pretrained(folder).to(device).eval().requires_grad_(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state")
    parser.add_argument("sheet")
    parser.add_argument("--vae", help="folder of a trained VAE; without it the linear decoder is used")
    parser.add_argument("--latents", default="latents.safetensors")
    parser.add_argument("--tokenizer", default="spiece.model")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--frames", type=int, default=33)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--shift", type=float, default=3.0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--count", type=int, default=len(PROMPTS))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device)
    vae = load_vae(arguments.vae, device) if arguments.vae else None
    space = latents.LatentSpace.load(arguments.latents, device)
    sampler = Sampler(arguments.state, arguments.tokenizer, device, vae, space)
    prompts = PROMPTS[:arguments.count]
    clips = list(sampler.clips(prompts, range(len(prompts)), arguments.size, arguments.frames, arguments.steps, arguments.guidance,
                               arguments.shift))
    pictures.save(arguments.sheet, pictures.sheet(clips))


if __name__ == "__main__":
    main()
