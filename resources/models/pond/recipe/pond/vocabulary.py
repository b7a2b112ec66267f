"""What Pond's little world is made of, and the words that captions use for it.

Every list is ordered; an attribute is stored as its index. The first wording of each entry is the plain one, used in examples.
"""

SIZES = {
    "small": ["small", "little", "tiny"],
    "large": ["large", "big", "huge"],
}

COLOURS = {
    "red": ["red", "scarlet", "crimson"],
    "orange": ["orange", "tangerine"],
    "yellow": ["yellow", "golden"],
    "green": ["green", "emerald"],
    "turquoise": ["turquoise", "cyan"],
    "blue": ["blue", "azure"],
    "purple": ["purple", "violet"],
    "pink": ["pink", "rosy"],
    "white": ["white", "snow-white"],
    "brown": ["brown", "chestnut"],
}

THINGS = {
    "fish": ["fish", "koi"],
    "ball": ["ball", "sphere"],
    "star": ["star"],
    "ring": ["ring", "hoop"],
    "leaf": ["leaf"],
    "heart": ["heart"],
    "moon": ["moon", "crescent"],
    "flower": ["flower", "blossom"],
}
PLURALS = {"fish": "fish", "leaf": "leaves"}

# Each motion: verbs as (third person, participle, plural); the wording after the verb is part of it.
MOTIONS = {
    "left": [
        ("moves left", "moving left", "move left"),
        ("moves to the left", "moving to the left", "move to the left"),
        ("glides left", "gliding left", "glide left"),
        ("drifts to the left", "drifting to the left", "drift to the left"),
        ("swims left", "swimming left", "swim left"),
        ("travels from right to left", "travelling from right to left", "travel from right to left"),
    ],
    "right": [
        ("moves right", "moving right", "move right"),
        ("moves to the right", "moving to the right", "move to the right"),
        ("glides right", "gliding right", "glide right"),
        ("drifts to the right", "drifting to the right", "drift to the right"),
        ("swims right", "swimming right", "swim right"),
        ("travels from left to right", "travelling from left to right", "travel from left to right"),
    ],
    "up": [
        ("moves up", "moving up", "move up"),
        ("rises", "rising", "rise"),
        ("floats up", "floating up", "float up"),
        ("climbs", "climbing", "climb"),
    ],
    "down": [
        ("moves down", "moving down", "move down"),
        ("sinks", "sinking", "sink"),
        ("falls", "falling", "fall"),
        ("floats down", "floating down", "float down"),
    ],
    "circle": [
        ("circles", "circling", "circle"),
        ("moves in a circle", "moving in a circle", "move in a circle"),
        ("goes round and round", "going round and round", "go round and round"),
    ],
    "still": [
        ("stays still", "staying still", "stay still"),
        ("rests", "resting", "rest"),
        ("hangs still", "hanging still", "hang still"),
        ("does not move", "not moving", "do not move"),
    ],
    "bounce": [
        ("bounces", "bouncing", "bounce"),
        ("bounces up and down", "bouncing up and down", "bounce up and down"),
        ("hops", "hopping", "hop"),
    ],
    "sway": [
        ("sways", "swaying", "sway"),
        ("swings from side to side", "swinging from side to side", "swing from side to side"),
        ("moves from side to side", "moving from side to side", "move from side to side"),
    ],
    "grow": [
        ("grows", "growing", "grow"),
        ("gets bigger", "getting bigger", "get bigger"),
        ("swells", "swelling", "swell"),
    ],
    "shrink": [
        ("shrinks", "shrinking", "shrink"),
        ("gets smaller", "getting smaller", "get smaller"),
    ],
}

SPEEDS = {
    "slow": ["slowly", "gently", "lazily"],
    "normal": [""],
    "quick": ["quickly", "fast", "swiftly"],
}

PLACES = {
    "dark water": ["in dark water", "in deep dark water", "in the dark deep water"],
    "sunny pond": ["in a sunny pond", "in a bright pond", "in sunlit water"],
    "sunset sky": ["in a sunset sky", "at sunset", "against the evening sky", "over a sunset sky"],
    "night sky": ["in a night sky", "at night", "under the stars", "in a starry sky"],
    "green meadow": ["over a green meadow", "in a meadow", "above the green grass"],
    "snowy field": ["over a snowy field", "in the snow", "in a snowy landscape"],
    "sandy beach": ["on a sandy beach", "at the beach", "by the sea"],
    "misty forest": ["in a misty forest", "in the foggy woods", "in a forest"],
}

RELATIONS = {
    "left of": ["left of", "to the left of"],
    "right of": ["right of", "to the right of"],
    "above": ["above", "over"],
    "below": ["below", "under"],
}

CAMERAS = {
    "still": ["", "", "", "", "still camera", "the camera is still"],
    "drifts left": ["the camera drifts left", "camera panning left", "the camera pans to the left"],
    "drifts right": ["the camera drifts right", "camera panning right", "the camera pans to the right"],
}

RIPPLES = ["with light ripples", "light ripples", "in rippling light", "with shimmering light"]

OPENINGS = ["", "", "", "", "a video of ", "a clip of ", "a calm scene with "]
