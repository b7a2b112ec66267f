"""Write a trained state as a diffusers WanPipeline folder in fp16. `python -m pond.export STATE VAE.safetensors FOLDER`

No file reaches 16 MB. Also writes `pond.json`: defaults, vocabulary and examples for the Studio.
"""

import argparse
import json
import os
import shutil

import torch
from safetensors.torch import load_file

from . import autoencoder, model, scenes, shards, vocabulary

EXAMPLES = (
    "a large orange fish moves left in dark water",
    "a small red fish left of a large white moon, both stay still in dark water",
    "a large red leaf sinks in dark water, with light ripples",
    "a large yellow star stays still in a night sky",
    "a large brown heart grows over a snowy field",
    "a large pink flower sways in a misty forest",
    "a large purple ring moves down in a sunny pond",
    "a small white leaf moves up over a green meadow",
    "at sunset, a big golden crescent glides right slowly, the camera drifts left",
    "a small purple flower above a large yellow heart, both rest over a green meadow",
)


def write_facts(folder, default):
    """pond.json, for the Studio's chips, examples and hints about unknown words."""
    first = lambda table: [wordings[0] for wordings in table.values()]
    facts = {
        "schema": 1, "name": "Pond", "licence": "Apache-2.0", "default": default,
        "vocabulary": {
            "sizes": first(vocabulary.SIZES), "colours": first(vocabulary.COLOURS), "things": first(vocabulary.THINGS),
            "motions": [wordings[0][0] for wordings in vocabulary.MOTIONS.values()],
            "speeds": [wordings[0] for wordings in vocabulary.SPEEDS.values() if wordings[0]],
            "places": first(vocabulary.PLACES), "relations": first(vocabulary.RELATIONS),
            "camera": [wordings[-1] for wordings in vocabulary.CAMERAS.values()], "light": [vocabulary.RIPPLES[0]],
        },
        "words": scenes.all_words(), "examples": list(EXAMPLES),
    }
    with open(os.path.join(folder, "pond.json"), "w", encoding="utf-8", newline="\n") as out:
        json.dump(facts, out, indent=1)
        out.write("\n")


def forget_paths(folder):
    """Take the names of folders on this machine out of the configs."""
    for root, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(".json"):
                continue
            path = os.path.join(root, name)
            with open(path, encoding="utf-8") as file:
                content = json.load(file)
            if isinstance(content, dict) and content.pop("_name_or_path", None) is not None:
                with open(path, "w", encoding="utf-8", newline="\n") as file:
                    json.dump(content, file, indent=2, ensure_ascii=False)
                    file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state")
    parser.add_argument("vae")
    parser.add_argument("folder")
    parser.add_argument("--tokenizer", default="spiece.model")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--shift", type=float, default=3.0)
    arguments = parser.parse_args()
    from diffusers import UniPCMultistepScheduler, WanPipeline
    from transformers import T5Tokenizer

    tensors, facts = shards.load(arguments.state, "average")
    text, transformer = model.build()
    for prefix, module in (("text.", text), ("transformer.", transformer)):
        for name, parameter in module.named_parameters():
            parameter.data.copy_(tensors[prefix + name])
    vae = autoencoder.build()
    vae.load_state_dict(load_file(arguments.vae))
    for part in ("text_encoder", "tokenizer", "transformer", "vae", "scheduler"):
        shutil.rmtree(os.path.join(arguments.folder, part), ignore_errors=True)
    os.makedirs(os.path.join(arguments.folder, "tokenizer"), exist_ok=True)
    pieces = os.path.join(arguments.folder, "tokenizer", "spiece.model")
    shutil.copyfile(arguments.tokenizer, pieces)
    tokenizer = T5Tokenizer.from_pretrained(os.path.dirname(pieces), extra_ids=0, legacy=False)
    scheduler = UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=arguments.shift,
                                        num_train_timesteps=1000, solver_order=2)
    pipe = WanPipeline(tokenizer=tokenizer, text_encoder=text.eval(), vae=vae.eval(), scheduler=scheduler, transformer=transformer.eval())
    pipe.to(torch.float16)
    pipe.save_pretrained(arguments.folder, max_shard_size="14MB")
    shutil.copyfile(arguments.tokenizer, pieces)
    forget_paths(arguments.folder)
    write_facts(arguments.folder, {"width": arguments.size, "height": arguments.size, "frames": 33, "fps": 16, "steps": arguments.steps,
                                   "guidance": arguments.guidance, "shift": arguments.shift, "scheduler": "unipc"})
    print("steps", facts["step"], "samples", facts["seen"])


if __name__ == "__main__":
    main()
