"""Scenes as plain numbers (what is to be seen) and their captions (how people say it)."""

import dataclasses
import random

from . import vocabulary as words
from .heldout import is_held_out

LISTS = {
    "size": list(words.SIZES), "colour": list(words.COLOURS), "thing": list(words.THINGS), "motion": list(words.MOTIONS),
    "place": list(words.PLACES), "speed": list(words.SPEEDS), "relation": list(words.RELATIONS), "camera": list(words.CAMERAS),
}
FIELDS = ("count", "size", "colour", "thing", "size2", "colour2", "thing2", "motion", "speed", "place", "relation", "camera", "ripples")


@dataclasses.dataclass
class Scene:
    """One scene; all fields are indices into LISTS, `count` is one or two, `ripples` zero or one."""

    count: int
    size: int
    colour: int
    thing: int
    size2: int
    colour2: int
    thing2: int
    motion: int
    speed: int
    place: int
    relation: int
    camera: int
    ripples: int

    def combination(self, second=False):
        """The combination that decides whether the scene is held out."""
        if second:
            return self.size2, self.colour2, self.thing2, self.motion, self.place
        return self.size, self.colour, self.thing, self.motion, self.place

    def held_out(self):
        return is_held_out(*self.combination()) or (self.count == 2 and is_held_out(*self.combination(True)))

    def numbers(self):
        return [getattr(self, field) for field in FIELDS]

    def named(self):
        """The scene in words, for reports."""
        kinds = {"size2": "size", "colour2": "colour", "thing2": "thing"}
        return {f: LISTS[kinds.get(f, f)][getattr(self, f)] if kinds.get(f, f) in LISTS else getattr(self, f) for f in FIELDS}


def draw(rng, pairs=0.3):
    """Any scene, held out or not."""
    below = rng.randrange
    count = 2 if rng.random() < pairs else 1
    colour, thing = below(10), below(8)
    colour2 = (colour + 1 + below(9)) % 10
    thing2 = (thing + 1 + below(7)) % 8
    return Scene(count, below(2), colour, thing, below(2), colour2, thing2, below(10), rng.choice((0, 1, 1, 2)), below(8),
                 below(4), rng.choice((0, 0, 0, 1, 2)), int(rng.random() < 0.2))


def draw_training(rng, pairs=0.3):
    """A scene that training may see."""
    while True:
        scene = draw(rng, pairs)
        if not scene.held_out():
            return scene


def _noun(rng, size, colour, thing, full):
    parts = []
    if full or rng.random() > 0.08:
        parts.append(rng.choice(words.SIZES[LISTS["size"][size]]))
    if full or rng.random() > 0.03:
        parts.append(rng.choice(words.COLOURS[LISTS["colour"][colour]]))
    parts.append(rng.choice(words.THINGS[LISTS["thing"][thing]]))
    return " ".join(parts)


def _article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def caption(scene, rng, full=False, plain=False):
    """One of many wordings of a scene. `full` never leaves an attribute out; `plain` takes the first wording of everything."""
    if plain:
        rng, full = _First(), True
    article = _article if plain or rng.random() < 0.9 else (lambda noun: noun)
    noun = article(_noun(rng, scene.size, scene.colour, scene.thing, full))
    verbs = rng.choice(words.MOTIONS[LISTS["motion"][scene.motion]])
    place = rng.choice(words.PLACES[LISTS["place"][scene.place]])
    relation = ""
    if scene.count == 2:
        relation = rng.choice(words.RELATIONS[LISTS["relation"][scene.relation]])
        noun += f" {relation} {article(_noun(rng, scene.size2, scene.colour2, scene.thing2, full))}"
    adverb = rng.choice(words.SPEEDS[LISTS["speed"][scene.speed]])
    if scene.motion == 5:
        adverb = ""
    form = 0 if plain else rng.randrange(7)
    verb = verbs[1] if form in (3, 4, 5, 6) else verbs[2] if scene.count == 2 else verbs[0]
    if scene.count == 2:
        verb = ", both " + verb if form != 2 else verb
    if adverb:
        verb = f"{verb} {adverb}"
    if not full and rng.random() < 0.04:
        place = ""
    text = {
        0: f"{noun} {verb} {place}", 1: f"{place}, {noun} {verb}", 2: f"{noun} that {verb}, {place}", 3: f"{noun} {verb} {place}",
        4: f"{place}, {noun}, {verb}", 5: f"{rng.choice(words.OPENINGS)}{noun} {verb} {place}", 6: f"{noun}, {place}, {verb}",
    }[form]
    extras = [rng.choice(words.CAMERAS[LISTS["camera"][scene.camera]])]
    if scene.ripples:
        extras.append(rng.choice(words.RIPPLES))
    extras = [extra for extra in extras if extra]
    rng.shuffle(extras)
    for extra in extras:
        text = f"{extra}, {text}" if rng.random() < 0.25 and not extra.startswith("with") else f"{text}, {extra}"
    return tidy(text) + ("." if rng.random() < 0.2 else "")


def tidy(text):
    """Single spaces, no comma after a comma or at either end."""
    text = " ".join(text.replace(" ,", ",").split())
    while ",," in text or ", ," in text:
        text = text.replace(",,", ",").replace(", ,", ",")
    return text.strip(" ,")


class _First(random.Random):
    """A stand-in for chance that always takes the first choice."""

    def choice(self, options):
        return options[0]

    def random(self):
        return 0.99

    def randrange(self, *_):
        return 0

    def shuffle(self, _):
        return None


def all_words():
    """Every word that captions use, sorted."""
    rng = random.Random(1)
    seen = set()
    for _ in range(30000):
        seen.update(caption(draw(rng), rng).lower().replace(",", " ").replace(".", " ").split())
    return sorted(seen)
