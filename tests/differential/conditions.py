"""Random filters in Qdrant's REST spelling, over the fields of data.py."""

import data

# The kinds that must be met often enough; kinds_of() finds them in a filter.
LEAVES = ["match.value", "match.any", "match.except", "match.text", "match.text_any",
          "match.phrase", "match.prefix", "match.substring", "range", "datetime_range", "geo_box",
          "geo_radius", "geo_polygon", "values_count", "is_empty", "is_null", "has_id",
          "has_vector", "slice"]
SHAPES = ["must", "should", "must_not", "min_should", "nested"]
KINDS = SHAPES + LEAVES

KEYWORD_KEYS = ["kw", "kw", "tag.name", "parts[].color", "parts[0].color", "kw[0]", "uid", "uid2", "e"]
NUMBER_KEYS = ["num", "num", "rank", "tag.n", "parts[].size", '"odd key".v', "parts[].subs[].v", "num[1]"]
FLOAT_KEYS = ["fl", "level", "parts[].price"]
MOMENT_KEYS = ["when", "day", "parts[].made"]
PLACE_KEYS = ["loc", "loc", "parts[].at"]
TEXT_KEYS = ["txt", "txt", "plain", "parts[].note"]
ANY_KEYS = ["kw", "num", "fl", "flag", "when", "loc", "txt", "parts", "tag", "tag.n", "parts[].size",
            "parts[].subs", "e", "kw[]", "parts[].color[]", "absent", "uid"]
# The same kinds of fields, as they are named inside one element of `parts`.
INNER = {"keyword": ["color"], "number": ["size", "subs[].v"], "float": ["price"],
         "moment": ["made"], "place": ["at"], "text": ["note"],
         "any": ["color", "size", "made", "at", "note", "subs", "absent"]}
OUTER = {"keyword": KEYWORD_KEYS, "number": NUMBER_KEYS, "float": FLOAT_KEYS,
         "moment": MOMENT_KEYS, "place": PLACE_KEYS, "text": TEXT_KEYS, "any": ANY_KEYS}
NESTED_KEYS = ["parts", "parts", "parts[]"]


class Conditions:
    """Generates filters; `ids` gives the ids that has_id may name."""

    def __init__(self, rng, ids):
        self.rng = rng
        self.ids = ids

    def filter(self):
        """A whole filter, of one to three parts."""
        rng = self.rng
        draw = rng.random()
        if draw < 0.015:
            return {rng.choice(["must", "should", "must_not"]): []}
        if draw < 0.02:
            return {"min_should": {"conditions": [], "min_count": 1}}
        found = {}
        for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
            found.update(self.part(OUTER, 0))
        return found

    def part(self, keys, depth):
        """One of must, should, must_not and min_should."""
        rng = self.rng
        shape = rng.choice(["must", "must", "should", "must_not", "min_should"])
        if shape == "min_should":
            conditions = [self.condition(keys, depth) for _ in range(rng.randint(2, 4))]
            return {shape: {"conditions": conditions,
                            "min_count": rng.randint(1, min(3, len(conditions)))}}
        number = rng.choice([1, 1, 2]) if shape != "should" else rng.choice([1, 2, 3])
        conditions = [self.condition(keys, depth) for _ in range(number)]
        return {shape: conditions[0] if number == 1 and rng.random() < 0.2 else conditions}

    def condition(self, keys, depth):
        draw = self.rng.random()
        if depth < 2 and draw < 0.08:
            return self.part(keys, depth + 1)
        if depth < 2 and draw < 0.2:
            return self.nested(keys, depth + 1)
        return self.leaf(keys)

    def nested(self, keys, depth):
        rng = self.rng
        inner = {"must": [self.leaf(INNER) for _ in range(rng.choice([1, 1, 2]))]}
        draw = rng.random()
        if draw < 0.35:
            inner = self.part(INNER, 2)
        elif draw < 0.5:
            inner["must_not"] = [self.leaf(INNER)]
        if keys is INNER:
            inner = {rng.choice(["must", "must_not"]): [self.range_of("v")]}
            return {"nested": {"key": "subs", "filter": inner}}
        if rng.random() < 0.1:
            return {"nested": {"key": "parts[].subs", "filter": {"must": [self.range_of("v")]}}}
        return {"nested": {"key": rng.choice(NESTED_KEYS), "filter": inner}}

    def leaf(self, keys):
        rng = self.rng
        kinds = LEAVES if keys is OUTER else LEAVES[:-3]
        kind = rng.choice(kinds)
        made = getattr(self, kind.replace(".", "_"))(keys)
        if keys is OUTER and "match" in made and rng.random() < 0.04:
            other = self.range(keys)
            return dict(made, range=other["range"])  # several checks in one condition
        return made

    def key(self, keys, kind):
        return self.rng.choice(keys[kind])

    def field(self, key):
        """A value that the field may hold, for `match`."""
        rng = self.rng
        if key == "flag":
            return rng.random() < 0.5
        if key.startswith("uid"):
            return data.odd_uuid(rng) if key == "uid2" else data.one_uuid(rng)
        if key in NUMBER_KEYS or key in INNER["number"]:
            return data.number(rng)
        return data.keyword(rng)

    def matchable(self, keys):
        kind = self.rng.choice(["keyword", "keyword", "number"])
        return self.key(keys, kind)

    def match_value(self, keys):
        key = "flag" if keys is OUTER and self.rng.random() < 0.15 else self.matchable(keys)
        value = self.field(key)
        if self.rng.random() < 0.05:
            value = self.rng.choice([True, 1, "1", "true", 0, False])
        return {"key": key, "match": {"value": value}}

    def list_of(self, key):
        number = self.rng.choice([0, 1, 1, 2, 2, 3, 5])
        return [self.field(key) for _ in range(number)]

    def match_any(self, keys):
        key = self.matchable(keys)
        return {"key": key, "match": {"any": self.list_of(key)}}

    def match_except(self, keys):
        key = self.matchable(keys)
        values = self.list_of(key)
        return {"key": "flag" if keys is OUTER and self.rng.random() < 0.1 else key,
                "match": {"except": values}}

    def words(self, fewest, most):
        rng = self.rng
        number = rng.randint(fewest, most)
        words = [data.skewed(rng, data.TEXT_WORDS) for _ in range(number)]
        if rng.random() < 0.2:
            words = [word.upper() if rng.random() < 0.5 else word.lower() for word in words]
        return rng.choice([" ", " ", " ", "-", "_"]).join(words)

    def match_text(self, keys):
        return {"key": self.key(keys, "text"), "match": {"text": self.piece(self.words(1, 2))}}

    def match_text_any(self, keys):
        return {"key": self.key(keys, "text"), "match": {"text_any": self.piece(self.words(1, 3))}}

    def match_phrase(self, keys):
        return {"key": self.key(keys, "text"), "match": {"phrase": self.piece(self.words(1, 3))}}

    def piece(self, words):
        """Mostly the words; sometimes a part of them, blanks or nothing."""
        draw = self.rng.random()
        if draw < 0.03:
            return self.rng.choice(["", " ", "!", "zebra"])
        return words[:self.rng.randint(1, 3)] if draw < 0.1 else words

    def stringy(self, keys):
        return self.key(keys, self.rng.choice(["keyword", "text", "keyword", "moment"]))

    def sample_text(self, key):
        rng = self.rng
        if key in MOMENT_KEYS or key in INNER["moment"]:
            return rng.choice(data.MOMENTS)
        if key in TEXT_KEYS or key in INNER["text"]:
            return self.words(1, 2)
        return str(self.field(key))

    def match_prefix(self, keys):
        key = self.stringy(keys)
        return {"key": key, "match": {"prefix": self.sample_text(key)[:self.rng.randint(0, 4)]}}

    def match_substring(self, keys):
        key = self.stringy(keys)
        text = self.sample_text(key)
        start = self.rng.randint(0, max(0, len(text) - 1))
        return {"key": key, "match": {"substring": text[start:start + self.rng.randint(0, 3)]}}

    def bounds(self, draw_value):
        """One or two bounds, seldom none."""
        rng = self.rng
        if rng.random() < 0.01:
            return {}
        low, high = rng.choice(["gt", "gte"]), rng.choice(["lt", "lte"])
        names = rng.choice([[low], [high], [low, high]])
        return {name: draw_value() for name in names}

    def range(self, keys):
        key = self.key(keys, self.rng.choice(["number", "float"]))
        return {"key": key, "range": self.bounds(lambda: data.real(self.rng))}

    def range_of(self, key):
        return {"key": key, "range": self.bounds(lambda: data.number(self.rng)) or {"gte": 1}}

    def datetime_range(self, keys):
        bounds = self.bounds(lambda: data.clean_moment(self.rng)) or {"gt": "2024-01-01"}
        return {"key": self.key(keys, "moment"), "range": bounds}

    def corner(self):
        lon, lat = data.skewed(self.rng, data.PLACES)
        return lon, lat

    def geo_box(self, keys):
        rng = self.rng
        lon, lat = self.corner()
        wide, high = rng.choice([1, 5, 20, 60]), rng.choice([1, 5, 20, 60])
        left, right = lon - wide, lon + rng.choice([0, wide])
        if rng.random() < 0.15:
            left, right = 170.0, -170.0  # across the antimeridian
        box = {"top_left": {"lon": wrapped(left), "lat": min(90.0, lat + high)},
               "bottom_right": {"lon": wrapped(right), "lat": max(-90.0, lat - high)}}
        return {"key": self.key(keys, "place"), "geo_bounding_box": box}

    def geo_radius(self, keys):
        rng = self.rng
        lon, lat = self.corner()
        radius = rng.choice([0.0, 1.0, 5e4, 3e5, 5e5, 2e6, 6e6, 1.5e7])
        return {"key": self.key(keys, "place"),
                "geo_radius": {"center": {"lon": lon, "lat": lat}, "radius": radius}}

    def geo_polygon(self, keys):
        rng = self.rng
        lon, lat = rng.choice(data.PLACES[:4] + [(0.0, 0.0), (170.0, -10.0), (-170.0, -10.0)])
        ring = self.ring(lon, lat, rng.choice([8, 25, 60]))
        polygon = {"exterior": {"points": ring}}
        if rng.random() < 0.4:
            polygon["interiors"] = [{"points": self.ring(lon, lat, rng.choice([1, 3, 6]))}]
        return {"key": self.key(keys, "place"), "geo_polygon": polygon}

    def ring(self, lon, lat, size):
        """A closed ring: a rectangle, on whose corners points may lie, or an odd one. It ends before
        the antimeridian and the poles, where many points lie (see "edges of polygons")."""
        rng = self.rng
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        if rng.random() < 0.6:
            corners = [(x * rng.uniform(0.2, 1), y * rng.uniform(0.2, 1)) for x, y in corners]
            if rng.random() < 0.4:
                corners.insert(2, (0.1, 0.0))  # not convex
        points = [{"lon": max(-179.70003, min(179.70003, lon + size * x)),
                   "lat": max(-89.80003, min(89.80003, lat + size * y))} for x, y in corners]
        return points + [dict(points[0])]

    def values_count(self, keys):
        return {"key": self.key(keys, "any"),
                "values_count": self.bounds(lambda: self.rng.randint(0, 3)) or {"gte": 1}}

    def is_empty(self, keys):
        return self.presence(keys, "is_empty")

    def is_null(self, keys):
        return self.presence(keys, "is_null")

    def presence(self, keys, name):
        key = self.key(keys, "any")
        if self.rng.random() < 0.5:
            return {name: {"key": key}}
        return {"key": key, name: self.rng.random() < 0.6}

    def has_id(self, _keys):
        rng = self.rng
        known = self.ids()
        chosen = rng.sample(known, min(len(known), rng.choice([0, 1, 3, 20, 100])))
        chosen += [data.point_id(rng) for _ in range(rng.randint(0, 3))]
        return {"has_id": [i.upper() if isinstance(i, str) and rng.random() < 0.1 else i
                           for i in chosen]}

    def has_vector(self, _keys):
        return {"has_vector": self.rng.choice(list(data.VECTORS))}

    def slice(self, _keys):
        total = self.rng.randint(1, 5)
        return {"slice": {"total": total, "index": self.rng.randrange(total)}}


def wrapped(lon):
    return lon - 360.0 if lon > 180.0 else lon + 360.0 if lon < -180.0 else lon


def listed(conditions):
    return conditions if isinstance(conditions, list) else [conditions]


def kinds_of(tree):
    """The kinds of conditions that a filter holds."""
    found = set()
    for name in ("must", "should", "must_not"):
        if tree.get(name):
            found.add(name)
            for condition in listed(tree[name]):
                found |= kinds_of_condition(condition)
    if tree.get("min_should"):
        found.add("min_should")
        for condition in tree["min_should"]["conditions"]:
            found |= kinds_of_condition(condition)
    return found


def kinds_of_condition(condition):
    if "nested" in condition:
        return {"nested"} | kinds_of(condition["nested"]["filter"])
    found = kinds_of(condition)
    if "match" in condition:
        found.add("match." + next(iter(condition["match"])))
    if "range" in condition:
        moments = any(isinstance(value, str) for value in condition["range"].values())
        found.add("datetime_range" if moments else "range")
    names = {"geo_bounding_box": "geo_box"}
    for name in ("geo_bounding_box", "geo_radius", "geo_polygon", "values_count", "is_empty",
                 "is_null", "has_id", "has_vector", "slice"):
        if name in condition:
            found.add(names.get(name, name))
    return found
