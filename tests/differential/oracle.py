"""The oracle: qdrant-client's local mode, in memory.

Three of its pure functions are remembered for speed: parsed JSON paths and datetimes, and the points
that a filter meets as long as nothing changed.
"""

import functools
import warnings

from qdrant_client import QdrantClient
from qdrant_client.http import models
from qdrant_client.local import datetime_utils, local_collection, payload_value_extractor

import data
from differences import translate

NAME = "points"
EVERYTHING = 1_000_000
warnings.filterwarnings("ignore", module="qdrant_client")


class Masks:
    """The answer of calculate_payload_mask for the last few filters; forget() at each change."""

    def __init__(self):
        self.original = local_collection.calculate_payload_mask
        self.known = {}
        local_collection.calculate_payload_mask = self

    def forget(self):
        self.known.clear()

    def __call__(self, payloads, payload_filter, ids_inv, deleted_per_vector):
        key = "" if payload_filter is None else payload_filter.model_dump_json()
        if key not in self.known:
            if len(self.known) > 16:
                self.forget()
            self.known[key] = self.original(payloads, payload_filter, ids_inv, deleted_per_vector)
        return self.known[key].copy()


payload_value_extractor.parse_json_path = functools.lru_cache(4096)(
    payload_value_extractor.parse_json_path)
datetime_utils.parse = functools.lru_cache(4096)(datetime_utils.parse)
MASKS = Masks()


class Oracle:
    """One collection. Filters come in REST spelling; `text_indexes` is kept by who makes indexes."""

    def __init__(self):
        self.client = QdrantClient(":memory:")
        self.text_indexes = set()
        config = {name: models.VectorParams(size=dim, distance=models.Distance(distance))
                  for name, (dim, distance, _) in data.VECTORS.items()}
        self.client.create_collection(NAME, vectors_config=config)
        MASKS.forget()

    def filter(self, tree):
        return None if tree is None else translate(tree, self.text_indexes)

    def selector(self, ids, tree):
        if tree is None:
            return models.PointIdsList(points=ids)
        return models.FilterSelector(filter=self.filter(tree))

    def change(self, name, **arguments):
        getattr(self.client, name)(collection_name=NAME, **arguments)
        MASKS.forget()

    def upsert(self, points):
        self.change("upsert", points=[models.PointStruct(**point) for point in points])

    def update_vectors(self, points):
        self.change("update_vectors", points=[models.PointVectors(**point) for point in points])

    def delete(self, ids, tree):
        self.change("delete", points_selector=self.selector(ids, tree))

    def set_payload(self, payload, ids, tree, key):
        self.change("set_payload", payload=payload, points=self.selector(ids, tree), key=key)

    def overwrite_payload(self, payload, ids, tree):
        self.change("overwrite_payload", payload=payload, points=self.selector(ids, tree))

    def delete_payload(self, keys, ids, tree):
        self.change("delete_payload", keys=keys, points=self.selector(ids, tree))

    def clear_payload(self, ids, tree):
        self.change("clear_payload", points_selector=self.selector(ids, tree))

    def delete_vectors(self, names, ids, tree):
        self.change("delete_vectors", vectors=names, points=self.selector(ids, tree))

    def count(self, tree):
        return self.client.count(NAME, count_filter=self.filter(tree)).count

    def search(self, using, vector, tree, threshold):
        """All points that match, best first, as (id, score)."""
        found = self.client.query_points(
            NAME, query=vector, using=using, query_filter=self.filter(tree), limit=EVERYTHING,
            score_threshold=threshold, with_payload=False)
        return [(point.id, point.score) for point in found.points]

    def scroll(self, tree, limit, offset):
        found, following = self.client.scroll(NAME, scroll_filter=self.filter(tree), limit=limit,
                                              offset=offset, with_payload=True)
        return [(point.id, point.payload) for point in found], following

    def ordered(self, tree, key, direction, start_from):
        """All points that match, in the order of `key`, as (id, value)."""
        order = models.OrderBy(key=key, direction=models.Direction(direction), start_from=start_from)
        found, _ = self.client.scroll(NAME, scroll_filter=self.filter(tree), limit=EVERYTHING,
                                      order_by=order, with_payload=False)
        return [(point.id, point.order_value) for point in found]

    def facet(self, tree, key):
        found = self.client.facet(NAME, key=key, facet_filter=self.filter(tree), limit=EVERYTHING)
        return [(hit.value, hit.count) for hit in found.hits]

    def get(self, ids):
        found = self.client.retrieve(NAME, ids=ids, with_payload=True, with_vectors=True)
        return {point.id: (point.payload, point.vector) for point in found}
