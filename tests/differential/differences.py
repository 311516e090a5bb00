"""Where qdrant-client's local mode is not what the reference says, and how the test goes round it.

Only these cases are gone round; any other difference between Grape and local mode is a fault. The
sections are those of our reading of Qdrant 1.19 (2.7 payload indexes, 2.8 filter semantics).
translate() makes local mode's filter of one in REST spelling, and does what the table says.
"""

from qdrant_client.http import models
from qdrant_client.local import datetime_utils

from conditions import listed

# (case, section, what local mode does, what the test does)
DIFFERENCES = [
    ("text without an index", "2.8",
     "matches whole words in lower case, as an index would; 2.8: a case-sensitive substring",
     "gives local mode `substring` for fields that have no text index at that moment; for text_any "
     "one for each word between blanks"),
    ("several checks in one condition", "2.8",
     "looks at the first one only; 2.8: they are OR-ed, but values_count, is_empty and is_null win",
     "gives local mode a `should` of one condition for each check"),
    ("min_should without conditions", "2.8", "matches nothing; 2.8: an empty list matches everything",
     "leaves that part out"),
    ("places off the globe", "2.8", "takes any finite lon and lat; 2.8: a geo value is a place",
     "has none in its data"),
    ("edges of polygons", "2.8", "rounds when it tests for them, so that a point on one may be inside",
     "has no points on edges but where the numbers are whole"),
    ("polygons across the antimeridian", "2.8",
     "knows none; 2.8 names them no more than it: Grape takes rings with longitudes beyond 180",
     "has none"),
    ("spellings of datetimes", "2.8",
     "also takes leading blanks, ` UTC`, `+01`, `+0100` and months of one digit",
     "has only spellings in its data that 2.8 lists, and texts that are no datetimes at all"),
    ("whole numbers over 2^53", "2.8", "compares them exactly; 2.8: ranges are of f64",
     "has none in its data"),
    ("strings and numbers in one list", "2.8", "its models cannot hold them in one `any`",
     "has one type in each list"),
    ("unknown vector names", "2.8", "has_vector of one is false", "names only vectors that exist"),
    ("versions", "2.6", "says 0 for every point", "does not compare versions"),
    ("ids of text", "2.8", "refuses ids that are neither numbers nor UUIDs", "has none"),
    ("rounding of uint8 and float16", "2.2", "keeps every vector as float32",
     "has vectors that are exact in their datatype"),
    ("thresholds", "2.3", "compares in 64 bits what Grape compares in 32",
     "has no threshold within 1e-5 of a score, but for scores that are whole numbers"),
    ("absent ids in changes", "2.6", "changes the others, then raises", "names only ids that exist"),
    ("facets without an index", "2.7", "counts values of all types; 2.7: an index of one type",
     "keeps what local mode counts of the index's own type"),
    ("facets of UUIDs", "2.7", "shows every spelling of a UUID as the canonical one",
     "asks for facets of fields with one spelling"),
    ("order_by without an index", "2.7", "orders values of all types; 2.7: an index of one type",
     "orders by fields that hold one type"),
    ("equal values in order_by", "2.9", "gives them in the order of insertion",
     "takes points with the same value in any order"),
]

RANKED = ("values_count", "is_empty", "is_null")
CHECKS = ("match", "range", "geo_bounding_box", "geo_radius", "geo_polygon")


def translate(tree, text_indexes, prefix=""):
    """Local mode's Filter; `text_indexes` are the fields that have a text index now."""
    made = {}
    for name in ("must", "should", "must_not"):
        if name in tree:
            made[name] = [condition_of(one, text_indexes, prefix) for one in listed(tree[name])]
    part = tree.get("min_should")
    if part and part["conditions"]:
        conditions = [condition_of(one, text_indexes, prefix) for one in part["conditions"]]
        made["min_should"] = models.MinShould(conditions=conditions, min_count=part["min_count"])
    return models.Filter(**made)


def condition_of(tree, text_indexes, prefix):
    if "nested" in tree:
        nested = tree["nested"]
        below = prefix + nested["key"].removesuffix("[]") + "[]."
        inner = translate(nested["filter"], text_indexes, below)
        return models.NestedCondition(nested=models.Nested(key=nested["key"], filter=inner))
    if "has_id" in tree:
        return models.HasIdCondition(has_id=tree["has_id"])
    if "has_vector" in tree:
        return models.HasVectorCondition(has_vector=tree["has_vector"])
    if "slice" in tree:
        return models.SliceCondition(slice=models.Slice(**tree["slice"]))
    if "key" in tree:
        return field_condition(tree, text_indexes, prefix)
    if "is_empty" in tree:
        return models.IsEmptyCondition(is_empty=models.PayloadField(**tree["is_empty"]))
    if "is_null" in tree:
        return models.IsNullCondition(is_null=models.PayloadField(**tree["is_null"]))
    return translate(tree, text_indexes, prefix)


def field_condition(tree, text_indexes, prefix):
    key = tree["key"]
    for name in RANKED:
        if name in tree:
            value = tree[name]
            value = models.ValuesCount(**value) if name == "values_count" else value
            return models.FieldCondition(key=key, **{name: value})
    checks = [one_check(key, name, tree[name], prefix + key in text_indexes)
              for name in CHECKS if name in tree]
    return checks[0] if len(checks) == 1 else models.Filter(should=checks)


def one_check(key, name, value, has_text_index):
    if name == "match":
        return match_of(key, value, has_text_index)
    if name == "range":
        return models.FieldCondition(key=key, range=range_of(value))
    kind = {"geo_bounding_box": models.GeoBoundingBox, "geo_radius": models.GeoRadius,
            "geo_polygon": models.GeoPolygon}[name]
    return models.FieldCondition(key=key, **{name: kind(**value)})


def range_of(value):
    if any(isinstance(bound, str) for bound in value.values()):
        bounds = {name: datetime_utils.parse(bound) for name, bound in value.items()}
        return models.DatetimeRange(**bounds)
    return models.Range(**value)


def match_of(key, value, has_text_index):
    (name, wanted), = value.items()
    if name in ("text", "text_any", "phrase") and not has_text_index:
        return substring_of(key, name, wanted)
    match = {"value": lambda: models.MatchValue(value=wanted),
             "any": lambda: models.MatchAny(any=wanted),
             "except": lambda: models.MatchExcept(**{"except": wanted}),
             "text": lambda: models.MatchText(text=wanted),
             "text_any": lambda: models.MatchTextAny(text_any=wanted),
             "phrase": lambda: models.MatchPhrase(phrase=wanted),
             "prefix": lambda: models.MatchPrefix(prefix=wanted),
             "substring": lambda: models.MatchSubstring(substring=wanted)}[name]()
    return models.FieldCondition(key=key, match=match)


def substring_of(key, name, wanted):
    """The first row of the table."""
    def one(part):
        return models.FieldCondition(key=key, match=models.MatchSubstring(substring=part))

    if name != "text_any":
        return one(wanted)
    words = wanted.split()
    if not words:
        return models.FieldCondition(key=key, match=models.MatchAny(any=[]))
    return models.Filter(should=[one(word) for word in words])
