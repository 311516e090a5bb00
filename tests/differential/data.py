"""Points for the differential test: small skewed domains, so that conditions meet some of them.

Each field of a payload may be missing, null, a value, an array, an array with nulls in it, an array
in an array, or of another type than most. What is generated follows from the given generator alone.
"""

import struct
import uuid

# name: dimensions, distance, datatype. Vectors of `c` and `d` are exact in their datatypes. `a` is
# large enough that many points at once go through a log file, so that flushes write files.
VECTORS = {"a": (96, "Cosine", "float32"), "b": (5, "Euclid", "float32"),
           "c": (6, "Dot", "uint8"), "d": (4, "Manhattan", "float16")}

KEYWORDS = ["red", "green", "blue", "Red", "re", "", "grün", "blue green", "красный", "redder"]
NUMBERS = [0, 1, 2, 3, 5, -1, 7, 100, -50]
FLOATS = [0.0, 0.5, 1.0, 1.5, -0.25, 2.0, 3.75, 1e6, -1e-3]
UUIDS = [str(uuid.UUID(int=0x1000_0000_0000_4000_8000_0000_0000_0000 + i * 7919)) for i in range(7)]
MOMENTS = [
    "2024-01-01T00:00:00Z", "2024-01-01", "2024-01-01 00:00:00", "2024-01-01T01:00:00+01:00",
    "2024-02-29T12:30:00.5Z", "2024-02-29 12:30:00.500", "2024-02-29T14:00:00.5+01:30",
    "2023-12-31T23:59:59.999999Z", "2023-12-31T23:59:59.999999999Z", "2023-12-31T23:59",
    "2024-06-15 08:00", "2024-06-15T08:00:00.000001", "1969-12-31T23:59:59.25Z",
    "2024-06-14T22:00:00-10:00", "2038-01-19T03:14:08Z", "1890-05-05"]
NO_MOMENTS = ["2024-13-01", "2023-02-29", "2024-01-01T25:00:00Z", "yesterday", "", "2024", "2024-01-0x"]
TEXT_WORDS = ["the", "quick", "brown", "fox", "Fox", "jumps", "übers", "Grüne", "42", "o", "dog"]
TEXT_JOINTS = [" ", " ", " ", " ", "-", ", ", "_", "  ", "! "]
# Where points lie: three cities, around the antimeridian, near both poles, on edges of areas.
PLACES = [(13.4, 52.5), (13.5, 52.4), (2.35, 48.85), (-0.12, 51.5), (179.5, -16.5), (-179.5, -17.0),
          (179.99, 10.0), (-179.99, 10.0), (180.0, 0.0), (-180.0, 0.0), (0.0, 89.5), (120.0, 89.0),
          (10.0, -89.9), (0.0, 0.0), (10.0, 10.0), (-74.0, 40.7)]
NO_PLACES = [{"lon": 1.0}, {"lat": 1.0, "lon": "1"}, {"lat": None, "lon": 2.0}, "13.4,52.5",
             [13.4, 52.5], {"lat": True, "lon": 1.0}, {}]
ODDITIES = [True, False, 1, 2, 1.0, 2.5, "1", "true", {}, {"x": 1}, "red", "2024-01-01"]


def skewed(rng, values):
    """Early values are likelier."""
    return values[min(int(rng.expovariate(1.0 / (0.35 * len(values)))), len(values) - 1)]


def keyword(rng):
    return skewed(rng, KEYWORDS)


def number(rng):
    return skewed(rng, NUMBERS) if rng.random() < 0.85 else rng.randrange(-60, 130)


def real(rng):
    draw = rng.random()
    if draw < 0.55:
        return skewed(rng, FLOATS)
    return number(rng) if draw < 0.75 else round(rng.uniform(-2, 5), 3)


def flag(rng):
    return rng.random() < 0.7


def moment(rng):
    return rng.choice(NO_MOMENTS) if rng.random() < 0.06 else rng.choice(MOMENTS)


def clean_moment(rng):
    return rng.choice(MOMENTS)


def one_uuid(rng):
    return skewed(rng, UUIDS)


def odd_uuid(rng):
    """A UUID in one of its spellings; to a filter they are different strings."""
    spelled = one_uuid(rng)
    draw = rng.random()
    if draw < 0.6:
        return spelled
    return spelled.upper() if draw < 0.8 else spelled.replace("-", "")


def place(rng):
    if rng.random() < 0.06:
        return rng.choice(NO_PLACES)
    lon, lat = skewed(rng, PLACES)
    if rng.random() < 0.7:
        lon = max(-180.0, min(180.0, round(lon + rng.gauss(0, 3), 4)))
        lat = max(-90.0, min(90.0, round(lat + rng.gauss(0, 3), 4)))
    return {"lon": lon, "lat": lat} if rng.random() < 0.9 else {"lat": lat, "lon": lon, "name": "x"}


def text(rng):
    parts = [skewed(rng, TEXT_WORDS) for _ in range(rng.randint(0, 6))]
    joined = "".join(word + rng.choice(TEXT_JOINTS) for word in parts)
    return joined if rng.random() < 0.3 else joined.rstrip(" -_,!")


MISSING = object()


def shaped(rng, element):
    """One element, or what else may stand in its place."""
    draw = rng.random()
    if draw < 0.10:
        return MISSING
    if draw < 0.14:
        return None
    if draw < 0.58:
        return element(rng)
    if draw < 0.62:
        return []
    if draw < 0.65:
        return [None]
    if draw < 0.70:
        return rng.choice(ODDITIES)
    if draw < 0.73:
        return [[element(rng), None], element(rng)]
    return [None if rng.random() < 0.06 else rng.choice(ODDITIES) if rng.random() < 0.05
            else element(rng) for _ in range(rng.randint(1, 4))]


def clean(rng, element):
    """Only values of one type, or none: for order_by and facets."""
    draw = rng.random()
    if draw < 0.15:
        return MISSING
    return element(rng) if draw < 0.75 else [element(rng) for _ in range(rng.randint(0, 3))]


def present(pairs):
    return {key: value for key, value in pairs if value is not MISSING}


def part(rng):
    """An element of the array that nested filters look into."""
    draw = rng.random()
    if draw < 0.05:
        return rng.choice([None, 3, "red", [{"color": "red", "size": 1}]])
    fields = [("color", shaped(rng, keyword)), ("size", shaped(rng, number)),
              ("made", shaped(rng, moment)), ("at", shaped(rng, place)),
              ("note", shaped(rng, text)), ("price", shaped(rng, real))]
    if rng.random() < 0.4:
        fields.append(("subs", [present([("v", shaped(rng, number))]) for _ in range(rng.randint(0, 2))]))
    return present(fields)


def parts(rng):
    draw = rng.random()
    if draw < 0.08:
        return MISSING
    if draw < 0.16:
        return part(rng)
    return [part(rng) for _ in range(rng.randint(0, 3))]


FIELDS = {
    "kw": lambda rng: shaped(rng, keyword), "num": lambda rng: shaped(rng, number),
    "fl": lambda rng: shaped(rng, real), "flag": lambda rng: shaped(rng, flag),
    "when": lambda rng: shaped(rng, moment), "uid": lambda rng: shaped(rng, one_uuid),
    "uid2": lambda rng: shaped(rng, odd_uuid), "loc": lambda rng: shaped(rng, place),
    "txt": lambda rng: shaped(rng, text), "plain": lambda rng: shaped(rng, text),
    "parts": parts, "rank": lambda rng: clean(rng, number), "level": lambda rng: clean(rng, real),
    "day": lambda rng: clean(rng, clean_moment), "tag": lambda rng: shaped(rng, tag),
    "odd key": lambda rng: {"v": rng.choice(NUMBERS)}, "e": lambda rng: shaped(rng, keyword),
}


def tag(rng):
    return present([("name", shaped(rng, keyword)), ("n", shaped(rng, number))])


def payload(rng):
    return {} if rng.random() < 0.03 else present([(key, make(rng)) for key, make in FIELDS.items()])


def point_id(rng):
    draw = rng.random()
    if draw < 0.7:
        return rng.randint(1, 500)
    if draw < 0.72:
        return 2**64 - 1 - rng.randint(0, 3)
    return str(uuid.UUID(int=rng.randint(1, 150) * 0x0123_4567_89AB_CDEF_0123_4567_89AB))


def float32(value):
    """A float that needs no more than 32 bits, so that both sides store the same."""
    return struct.unpack("f", struct.pack("f", value))[0]


def vector(rng, name):
    dim, _, datatype = VECTORS[name]
    if datatype == "uint8":
        return [rng.randint(0, 255) for _ in range(dim)]
    if datatype == "float16":
        return [rng.randint(-64, 64) / 16 for _ in range(dim)]
    return [float32(rng.gauss(0, 1)) or 1.0 for _ in range(dim)]


def vectors(rng):
    return {name: vector(rng, name) for name in VECTORS if rng.random() < 0.85}


def point(rng):
    return {"id": point_id(rng), "vector": vectors(rng), "payload": payload(rng)}


def canonical(identity):
    """The one spelling of an id."""
    return str(uuid.UUID(identity)) if isinstance(identity, str) else identity


def some_of(rng):
    """A payload of few fields; null removes one."""
    made = present([(key, FIELDS[key](rng)) for key in rng.sample(list(FIELDS), 3)])
    if rng.random() < 0.3:
        made[rng.choice(list(FIELDS))] = None
    return made
