"""Compare what a scene asked for with what the detector saw, and sum it up in tables."""

import math


def compare(scene, seen):
    """True or False for each attribute; `pair` only where two things were asked for."""
    named = scene.named()
    wanted = [{"colour": named["colour"], "thing": named["thing"]}]
    if scene.count == 2:
        wanted.append({"colour": named["colour2"], "thing": named["thing2"]})
    things = list(seen["things"])
    if scene.count == 2 and len(things) == 2:
        match = lambda a, b: (a["colour"] == b["colour"]) * 1.1 + (a["thing"] == b["thing"])
        if match(things[1], wanted[0]) + match(things[0], wanted[1]) > match(things[0], wanted[0]) + match(things[1], wanted[1]):
            things.reverse()
    verdict = {"place": seen["place"] == named["place"], "count": scene.count,
               "wanted": {**wanted[0], "motion": named["motion"], "place": named["place"], "size": named["size"], "speed": named["speed"]},
               "seen": {"place": seen["place"], "things": things}}
    first = things[0] if things else {"colour": "none", "thing": "none", "motion": "none", "x": 0, "y": 0}
    verdict["colour"] = first["colour"] == wanted[0]["colour"]
    verdict["thing"] = first["thing"] == wanted[0]["thing"]
    verdict["motion"] = first["motion"] == named["motion"]
    if scene.count == 2:
        verdict["wanted"]["second"] = wanted[1]
        second = things[1] if len(things) > 1 else {"colour": "none", "thing": "none", "motion": "none", "x": 0, "y": 0}
        verdict["motion"] = named["motion"] in (first["motion"], second["motion"])
        verdict["pair colours"] = verdict["colour"] and second["colour"] == wanted[1]["colour"]
        verdict["pair"] = verdict["pair colours"] and verdict["thing"] and second["thing"] == wanted[1]["thing"]
        dx, dy = first["x"] - second["x"], first["y"] - second["y"]
        side = ("left of" if dx < 0 else "right of") if abs(dx) > abs(dy) else ("above" if dy < 0 else "below")
        verdict["relation"] = len(things) > 1 and side == named["relation"]
    return verdict


def rate(verdicts, key):
    """Share, count and standard error (in points) of one attribute."""
    values = [verdict[key] for verdict in verdicts if key in verdict]
    if not values:
        return None
    share = sum(values) / len(values)
    return {"percent": round(100 * share, 1), "of": len(values), "error": round(100 * math.sqrt(share * (1 - share) / len(values)), 1)}


def table(verdicts):
    """Overall and by each named value."""
    out = {key: rate(verdicts, key) for key in ("colour", "place", "motion", "thing", "pair colours", "pair", "relation")}
    for key in ("colour", "place", "motion", "thing"):
        values = sorted({verdict["wanted"][key] for verdict in verdicts})
        out["by " + key] = {value: rate([v for v in verdicts if v["wanted"][key] == value], key)["percent"] for value in values}
    out["thing by size"] = {size: (rate([v for v in verdicts if v["wanted"]["size"] == size], "thing") or {}).get("percent")
                            for size in ("small", "large")}
    return out
