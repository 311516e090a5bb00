"""The shape of `gloss`, its filters and payload indexes; without numpy, for processes that only open
a database."""

DIM = 384
K = 10
# name: the field, and what it must be: equal, or at least
FILTERS = {
    "verb": ("part_of_speech", "verb"),
    "food": ("domain", "food"),
    "weather": ("domain", "weather"),
    "frequency>=20": ("frequency", 20),
}
INDEXES = {"part_of_speech": "keyword", "domain": "keyword", "frequency": "integer"}
