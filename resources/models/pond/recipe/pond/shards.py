"""Training states as fp16 or fp32 safetensors shards that fit through narrow doors (at most 15 MiB a file)."""

import glob
import json
import os

import torch
from safetensors import safe_open
from safetensors.torch import save_file

LIMIT = 15 * 1024 * 1024


def save(folder, name, tensors, facts, dtype=None):
    """Write NAME-N.safetensors; `facts` (plain values) travel in every shard."""
    os.makedirs(folder, exist_ok=True)
    shards, size = [{}], 0
    for key, tensor in tensors.items():
        tensor = tensor.detach().to("cpu", dtype or tensor.dtype).contiguous()
        if size + tensor.nbytes > LIMIT:
            shards.append({})
            size = 0
        shards[-1][key] = tensor
        size += tensor.nbytes
    for index, shard in enumerate(shards):
        path = os.path.join(folder, f"{name}-{index}.safetensors")
        save_file(shard, path + ".part", {"facts": json.dumps(facts)})
        os.replace(path + ".part", path)


def load(folder, name, device="cpu"):
    """Tensors and facts, or (None, None) where nothing was saved."""
    tensors, facts = {}, None
    for path in sorted(glob.glob(os.path.join(folder, f"{name}-*.safetensors"))):
        with safe_open(path, "pt", device=str(device)) as shard:
            facts = json.loads(shard.metadata()["facts"])
            tensors.update({key: shard.get_tensor(key) for key in shard.keys()})
    return (tensors, facts) if tensors else (None, None)


def load_shipped(folder, device="cpu"):
    """The tensors of an exported model, by the names that training uses."""
    tensors = {}
    for part, prefix in (("text_encoder", "text."), ("transformer", "transformer.")):
        for path in glob.glob(os.path.join(folder, part, "*.safetensors")):
            with safe_open(path, "pt", device=str(device)) as shard:
                tensors.update({prefix + key: shard.get_tensor(key).float() for key in shard.keys()})
    if not tensors:
        raise FileNotFoundError(f"{folder} holds no exported model")
    return tensors
