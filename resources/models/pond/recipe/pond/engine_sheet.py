"""The model card's contact sheet, drawn by the engine's command line. `python -m pond.engine_sheet FOLDER --cli PATH`"""

import argparse
import os

from . import pictures
from .evaluate import CommandLine
from .sample import PROMPTS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="the model; its sheet.webp is replaced")
    parser.add_argument("--cli", required=True, help="path of the engine's command line")
    arguments = parser.parse_args()
    backend = CommandLine(arguments.cli, "generate --model {model} --prompt {prompt} --seed {seed} --attention dense -o {out}",
                          {"model": arguments.folder})
    clips = [backend.draw(prompt, seed) for seed, prompt in enumerate(PROMPTS)]
    pictures.save(os.path.join(arguments.folder, "sheet.webp"), pictures.sheet(clips))


if __name__ == "__main__":
    main()
