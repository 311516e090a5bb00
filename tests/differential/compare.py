"""Compares Grape's answers with the oracle's; each function returns what is wrong, in words, or None."""

import json
import struct

SCORE_TOLERANCE = 1e-5


def near(one, other, scale=0.0):
    """Equal within 1e-5, relative; `scale`: of a sum of such terms, when it may cancel out."""
    return abs(one - other) <= SCORE_TOLERANCE * max(abs(one), abs(other), scale)


def search(got, ranking, limit, offset, scale):
    """`ranking`: all that match, best first. Points of equal scores may stand in any order."""
    expected = ranking[offset:offset + limit]
    if len(got) != len(expected):
        return f"{len(got)} hits, expected {len(expected)}"
    scores = dict(ranking)
    seen = set()
    for place, (hit, (_, score)) in enumerate(zip(got, expected)):
        point = hit["id"]
        if point not in scores:
            return f"hit {place}, point {point!r}, does not match"
        if point in seen:
            return f"point {point!r} is there twice"
        seen.add(point)
        if not near(hit["score"], scores[point], scale):
            return f"point {point!r} has score {hit['score']}, expected {scores[point]}"
        if not near(hit["score"], score, scale):
            return f"hit {place}, point {point!r}, has score {hit['score']}, expected {score}"
    return None


def same_json(one, other):
    """Equal with types: 1, 1.0 and true are three values."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def scroll(got, following, expected, expected_following):
    ids, expected_ids = [point["id"] for point in got], [point for point, _ in expected]
    if ids != expected_ids:
        return "ids differ\n" + sets(ids, expected_ids)
    for point, (_, payload) in zip(got, expected):
        if not same_json(point.get("payload") or {}, payload or {}):
            return f"point {point['id']!r} has payload {point.get('payload')}, expected {payload}"
    if following != expected_following:
        return f"next_page_offset {following!r}, expected {expected_following!r}"
    return None


def ordered(got, ranking, limit):
    """Within one value points may stand in any order, and any of them be cut off by the limit."""
    expected = ranking[:limit]
    if len(got) != len(expected):
        return f"{len(got)} points, expected {len(expected)}"
    allowed = set(ranking)
    seen = set()
    for place, (point, (_, value)) in enumerate(zip(got, expected)):
        pair = (point["id"], point.get("order_value"))
        if pair[1] != value:
            return f"point {place}, {pair[0]!r}, has order_value {pair[1]!r}, expected {value!r}"
        if pair not in allowed:
            return f"point {place}, {pair[0]!r}, does not belong here"
        if pair in seen:
            return f"point {pair[0]!r} is there twice for {pair[1]!r}"
        seen.add(pair)
    return None


def facet(got, expected, limit):
    hits = [(hit["value"], hit["count"]) for hit in got]
    if not same_json(hits, expected[:limit]):
        return f"hits {hits}, expected {expected[:limit]}"
    return None


def points(got, expected, distances):
    """Whole points: payloads and vectors."""
    if {point["id"] for point in got} != set(expected):
        return sets([point["id"] for point in got], list(expected))
    for point in got:
        payload, vectors = expected[point["id"]]
        if not same_json(point.get("payload") or {}, payload or {}):
            return f"point {point['id']!r} has payload {point.get('payload')}, expected {payload}"
        wrong = vector_difference(point.get("vector") or {}, vectors or {}, distances)
        if wrong:
            return f"point {point['id']!r}: {wrong}"
    return None


def vector_difference(got, expected, distances):
    if set(got) != set(expected):
        return f"has vectors {sorted(got)}, expected {sorted(expected)}"
    for name, vector in got.items():
        exact = distances[name] != "Cosine"
        for one, other in zip(vector, expected[name], strict=True):
            if float32(one) != other if exact else not near(one, other, 1.0):
                return f"vector {name} is {vector}, expected {expected[name]}"
    return None


def float32(value):
    """Grape prints as few digits as a float32 needs."""
    return struct.unpack("f", struct.pack("f", value))[0]


def sets(got, expected):
    """Two lists of ids, side by side, as what each has alone."""
    extra = [one for one in got if one not in expected]
    lacking = [one for one in expected if one not in got]
    return f"  too many: {extra[:10]}\n  missing:  {lacking[:10]}"
