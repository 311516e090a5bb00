"""One round: a Grape database and an oracle that get the same random changes and questions.

All that happens follows from the round's seed. Changes, flushes, merges, new and dropped field
indexes and reopening come between the questions, so that tails, runs and merged runs are all met.
Some changes and questions stand in a transaction: its own writes are in no index.
"""

import collections
import random
import re

import compare
import data
from conditions import Conditions, kinds_of
from grape_library import Grape
from oracle import Oracle

NAME = "points"
TEXT_INDEX = {"type": "text", "tokenizer": "word", "lowercase": True, "phrase_matching": True}
INDEXES = {"kw": "keyword", "num": "integer", "fl": "float", "flag": "bool", "when": "datetime",
           "uid": "uuid", "uid2": "uuid", "loc": "geo", "txt": TEXT_INDEX, "tag.name": "keyword",
           "tag.n": "integer", "parts[].color": "keyword", "parts[].size": "integer",
           "parts[].made": "datetime", "parts[].at": "geo", "rank": "integer", "level": "float",
           "day": "datetime", "e": "keyword", "plain": "keyword", "parts[].note": TEXT_INDEX}
# The types whose values an index counts; uid2 is left out, as it has several spellings of a UUID.
COUNTED = {"keyword": str, "integer": int, "bool": bool, "uuid": str}
FACETS = [field for field, kind in INDEXES.items()
          if isinstance(kind, str) and kind in COUNTED and field != "uid2"]
ORDERS = {"rank": data.number, "level": data.real, "day": data.clean_moment}
WAYS = ("none", "some", "all")
START_POINTS = 350


def counts(index, value):
    """Whether a facet over an index of that type counts the value."""
    return type(value) is COUNTED[index] and (index != "uuid" or value in data.UUIDS)


class Fault(Exception):
    """Grape and the oracle differ."""


class Tally:
    """What was asked over all rounds."""

    def __init__(self):
        self.kinds = collections.Counter()
        self.reads = collections.Counter()
        self.changes = collections.Counter()
        self.filtered = self.telling = 0
        self.missing = {}  # what this build refuses as unsupported: its message

    def lacks(self, what):
        return what in self.missing


class Session:
    """A round; step() does one thing and returns True when it was a question."""

    def __init__(self, library, folder, seed, way, tally):
        self.rng = random.Random(seed)
        self.tally = tally
        self.grape = Grape(library, folder, background=self.rng.random() < 0.5)
        self.oracle = Oracle()
        self.indexed = {}
        self.ids = []
        self.recent = {}
        self.conditions = Conditions(self.rng, lambda: self.ids)
        vectors = {name: {"size": dim, "distance": distance, "datatype": datatype}
                   for name, (dim, distance, datatype) in data.VECTORS.items()}
        self.grape("create_collection", collection_name=NAME, vectors=vectors)
        self.planned = self.plan_indexes(way)
        self.create_planned("before")
        self.upsert(START_POINTS)
        self.create_planned("after")

    def close(self):
        if self.grape.handle:
            self.grape.transaction = None
            self.count_rewrites()
        self.grape.close()

    def count_rewrites(self):
        """How often tails became files, and files one file, since it was opened."""
        work = self.grape("database_info")["background"]
        self.tally.changes["(flushes done)"] += work["flushes_done"]
        self.tally.changes["(merges done)"] += work["merges_done"]

    def plan_indexes(self, way):
        """When each index is made: before the data, after them, or in the middle of the round."""
        fields = [] if way == "none" or self.tally.lacks("field_index") else list(INDEXES)
        chosen = [f for f in fields if way == "all" or self.rng.random() < 0.5]
        return {field: self.rng.choice(["before", "after", "middle"]) for field in chosen}

    def create_planned(self, moment):
        for field, when in self.planned.items():
            if when == moment:
                self.create_index(field)

    def create_index(self, field):
        self.grape("create_field_index", collection_name=NAME, field_name=field,
                   field_schema=INDEXES[field])
        self.indexed[field] = INDEXES[field]
        if INDEXES[field] is TEXT_INDEX:
            self.oracle.text_indexes.add(field)
        self.tally.changes["create index"] += 1

    def drop_index(self, field):
        self.grape("delete_field_index", collection_name=NAME, field_name=field)
        del self.indexed[field]
        self.oracle.text_indexes.discard(field)
        self.tally.changes["drop index"] += 1

    def step(self):
        draw = self.rng.random()
        if draw < 0.72:
            self.question()
            return True
        if draw < 0.92:
            self.change()
        elif self.grape.transaction is not None:
            self.grape.commit()
            self.tally.changes["commit transaction"] += 1
        elif draw < 0.95:
            self.maintain()
        elif draw < 0.98:
            self.change_indexes()
        else:
            self.grape.begin()
        return False

    # Questions

    def filter(self):
        """A filter, and how many points match; one that says nothing is mostly drawn again."""
        if self.tally.lacks("filter") or self.rng.random() < 0.03:
            return None
        for _ in range(2):
            tree = self.conditions.filter()
            if 0 < self.oracle.count(tree) < len(self.ids) or self.rng.random() < 0.4:
                return tree
        return tree

    def question(self):
        names = ["search", "search", "scroll", "count"]
        if self.facet_keys() and not self.tally.lacks("facet"):
            names.append("facet")
        if not self.tally.lacks("order_by") and self.order_keys():
            names.append("ordered")
        name = self.rng.choice(names)
        tree = self.filter() if self.rng.random() < 0.97 or name == "facet" else None
        wrong, request = getattr(self, name)(tree)
        if wrong:
            raise Fault(self.describe(name, request, tree, wrong))
        self.tally.reads[name] += 1
        if tree is not None:
            self.tally.filtered += 1
            self.tally.telling += 0 < self.oracle.count(tree) < len(self.ids)
            self.tally.kinds.update(kinds_of(tree))
        if self.rng.random() < 0.05:
            self.get()

    def ask(self, operation, tree, **body):
        if tree is not None:
            body["filter"] = tree
        return self.grape(operation, collection_name=NAME, **body), (operation, body)

    def search(self, tree):
        rng = self.rng
        using = rng.choice(list(data.VECTORS))
        vector = data.vector(rng, using)
        limit, offset = rng.choice([1, 3, 10, 10, 50, 1000]), rng.choice([0, 0, 0, 1, 7])
        more = {}
        if rng.random() < 0.2:
            ranking = self.oracle.search(using, vector, tree, None)
            more = self.threshold([score for _, score in ranking], using == "c")
        ranking = self.oracle.search(using, vector, tree, more.get("score_threshold"))
        if rng.random() < 0.3:
            more["params"] = {"exact": True}
        result, request = self.ask("query_points", tree, query=vector, using=using, limit=limit,
                                   offset=offset, **more)
        scale = 1.0 if data.VECTORS[using][1] == "Cosine" else 0.0
        return compare.search(result["points"], ranking, limit, offset, scale), request

    def threshold(self, scores, whole):
        """A bound that no score is too near to."""
        if not scores:
            return {}
        chosen = self.rng.choice(scores)
        if whole and self.rng.random() < 0.5:
            return {"score_threshold": chosen}
        chosen += self.rng.choice([-1, 1]) * 1e-3 * max(1.0, abs(chosen))
        close = any(compare.near(chosen, score, 1.0) for score in scores)
        return {} if close else {"score_threshold": chosen}

    def scroll(self, tree):
        rng = self.rng
        limit = rng.choice([1, 3, 10, 50, 1000])
        offset = rng.choice(self.ids) if self.ids and rng.random() < 0.3 else None
        expected, following = self.oracle.scroll(tree, limit, offset)
        more = {} if offset is None else {"offset": offset}
        result, request = self.ask("scroll_points", tree, limit=limit, with_payload=True, **more)
        wrong = compare.scroll(result["points"], result["next_page_offset"], expected, following)
        return wrong, request

    def count(self, tree):
        expected = self.oracle.count(tree)
        result, request = self.ask("count_points", tree, exact=True)
        wrong = None if result["count"] == expected else f"{result['count']}, expected {expected}"
        return wrong, request

    def order_keys(self):
        return [key for key in ORDERS if key in self.indexed]

    def ordered(self, tree):
        rng = self.rng
        key = rng.choice(self.order_keys())
        direction, limit = rng.choice(["asc", "desc"]), rng.choice([1, 5, 20, 1000])
        start = ORDERS[key](rng) if rng.random() < 0.3 else None
        ranking = self.oracle.ordered(tree, key, direction, start)
        order = {"key": key, "direction": direction}
        if start is not None:
            order["start_from"] = start
        result, request = self.ask("scroll_points", tree, limit=limit, order_by=order,
                                   with_payload=False)
        return compare.ordered(result["points"], ranking, limit), request

    def facet_keys(self):
        return [key for key in FACETS if key in self.indexed]

    def facet(self, tree):
        rng = self.rng
        key = rng.choice(self.facet_keys())
        limit = rng.choice([1, 3, 10, 100])
        hits = [hit for hit in self.oracle.facet(tree, key) if counts(INDEXES[key], hit[0])]
        result, request = self.ask("facet", tree, key=key, limit=limit, exact=True)
        return compare.facet(result["hits"], hits, limit), request

    def get(self):
        ids = self.rng.sample(self.ids, min(5, len(self.ids)))
        expected = self.oracle.get(ids)
        result = self.grape("get_points", collection_name=NAME, ids=ids, with_payload=True,
                            with_vector=True)
        distances = {name: distance for name, (_, distance, _) in data.VECTORS.items()}
        wrong = compare.points(result, expected, distances)
        if wrong:
            raise Fault(f"get_points of {ids}: {wrong}")
        self.tally.reads["get"] += 1

    # Changes

    def upsert(self, number):
        points = {data.canonical(p["id"]): p
                  for p in (data.point(self.rng) for _ in range(number))}
        self.grape("upsert_points", collection_name=NAME, points=list(points.values()))
        self.oracle.upsert(list(points.values()))
        self.ids = sorted(set(self.ids) | set(points), key=str)
        self.tally.changes["upsert"] += 1

    def chosen(self):
        """Points to change: ids that are there, or a filter."""
        rng = self.rng
        if rng.random() < 0.3 and not self.tally.lacks("filter_selector"):
            tree = self.filter()
            if tree is not None:
                return None, tree
        return rng.sample(self.ids, min(len(self.ids), rng.choice([1, 2, 5, 20]))), None

    def change(self):
        rng = self.rng
        if len(self.ids) < START_POINTS // 3:
            self.upsert(150)
            return
        name = rng.choice(["upsert", "upsert", "upsert", "delete", "set_payload", "set_payload",
                           "overwrite_payload", "delete_payload", "clear_payload",
                           "update_vectors", "delete_vectors", "batch"])
        if name == "upsert":
            self.upsert(rng.choice([1, 5, 40, 170] if len(self.ids) < 2 * START_POINTS else [1, 5]))
            return
        if name == "batch":
            self.batch()
            return
        ids, tree = self.chosen()
        if tree is not None and self.oracle.count(tree) > len(self.ids) // 4:
            return  # it would leave too little
        if name == "update_vectors":
            if ids:
                points = [{"id": i, "vector": data.vectors(rng) or {"a": data.vector(rng, "a")}}
                          for i in ids]
                self.grape(name, collection_name=NAME, points=points)
                self.oracle.update_vectors(points)
        else:
            self.change_points(name, ids, tree)
        self.tally.changes[name.replace("_", " ")] += 1

    def batch(self):
        """In one commit new points, and a change by a filter that must see them."""
        tree = self.filter()
        if tree is None or self.tally.lacks("filter_selector"):
            return
        if self.oracle.count(tree) > len(self.ids) // 4:
            return
        rng = self.rng
        points = {data.canonical(p["id"]): p for p in (data.point(rng) for _ in range(8))}
        value = rng.randrange(1000)
        marked = {"must": {"key": "mark", "match": {"value": value}},
                  "must_not": {"key": "num", "range": {"lt": 2}}}
        self.grape("batch_update", collection_name=NAME, operations=[
            {"upsert": {"points": list(points.values())}},
            {"set_payload": {"payload": {"mark": value}, "filter": tree}},
            {"delete_payload": {"keys": ["kw"], "filter": marked}}])
        self.oracle.upsert(list(points.values()))
        self.oracle.set_payload({"mark": value}, None, tree, None)
        self.oracle.delete_payload(["kw"], None, marked)
        self.ids = sorted(set(self.ids) | set(points), key=str)
        self.tally.changes["batch by filter"] += 1

    def change_points(self, name, ids, tree):
        rng = self.rng
        where = {"points": ids} if tree is None else {"filter": tree}
        if name == "delete":
            self.grape("delete_points", collection_name=NAME, **where)
            self.oracle.delete(ids, tree)
            self.ids = sorted((i for i, _ in self.oracle.scroll(None, 10**6, None)[0]), key=str)
        elif name == "set_payload":
            key = rng.choice([None, None, None, "tag", "parts[]", "new.deep"])
            payload = data.tag(rng) if key else data.some_of(rng)
            more = {"key": key} if key else {}
            self.grape(name, collection_name=NAME, payload=payload, **where, **more)
            self.oracle.set_payload(payload, ids, tree, key)
        elif name == "overwrite_payload":
            payload = data.payload(rng)
            self.grape(name, collection_name=NAME, payload=payload, **where)
            self.oracle.overwrite_payload(payload, ids, tree)
        elif name == "delete_payload":
            keys = rng.sample(["kw", "num", "loc", "tag.n", "parts[].color", "parts[]", "txt",
                               '"odd key".v'], 2)
            self.grape(name, collection_name=NAME, keys=keys, **where)
            self.oracle.delete_payload(keys, ids, tree)
        elif name == "clear_payload":
            self.grape(name, collection_name=NAME, **where)
            self.oracle.clear_payload(ids, tree)
        else:
            names = rng.sample(list(data.VECTORS), 2)
            self.grape(name, collection_name=NAME, vector=names, **where)
            self.oracle.delete_vectors(names, ids, tree)

    def maintain(self):
        name = self.rng.choice(["flush", "flush", "optimize", "reopen"])
        if name == "reopen":
            self.count_rewrites()
            self.grape.reopen()
        else:
            self.grape(name)
        self.tally.changes[name] += 1

    def change_indexes(self):
        waiting = [field for field, when in self.planned.items()
                   if when == "middle" and field not in self.indexed]
        if waiting:
            self.create_index(self.rng.choice(waiting))
        elif self.indexed and self.rng.random() < 0.3:
            field = self.rng.choice(list(self.indexed))
            self.drop_index(field)
            self.planned[field] = "middle"

    # What differs

    def describe(self, name, request, tree, wrong):
        lines = [f"{name}: {wrong}", f"request: {request}",
                 f"indexes: {sorted(self.indexed)}", f"points: {len(self.ids)}"]
        for point in re.findall(r"'[0-9a-f-]{36}'|\b\d+\b", wrong.split("\n  missing")[0])[:1]:
            wanted = point.strip("'")
            lines.append(f"stored: {self.oracle.get([int(wanted) if wanted.isdigit() else wanted])}")
        if name in ("count", "facet", "ordered") and tree is not None:
            lines.append(self.matching(tree))
        return "\n".join(lines)

    def matching(self, tree):
        """The points on which a scroll differs, for a count that does."""
        got = self.grape("scroll_points", collection_name=NAME, filter=tree, limit=100000)
        expected, _ = self.oracle.scroll(tree, 10**6, None)
        ids, wanted = [p["id"] for p in got["points"]], [i for i, _ in expected]
        odd = [i for i in ids + wanted if (i in ids) != (i in wanted)][:1]
        return compare.sets(ids, wanted) + f"\n  stored: {self.oracle.get(odd)}"
