"""Qdrant Edge, from its package. Its update() syncs nothing: a durable commit is update() and
flush(). Its index is made by optimize(); searches use one thread."""

import importlib.metadata
import json
import threading
import time

import qdrant_edge as edge

from gloss import INDEXES


class Peer:
    name = "qdrant-edge"
    queries_max = 1_000_000
    upserts = 200
    writer_upserts = 320

    def __init__(self, folder, dim, settings):
        self.folder = folder
        self.dim = dim
        self.shard = None

    def version(self):
        return importlib.metadata.version("qdrant-edge-py")

    def config(self):
        return edge.EdgeConfig(
            vectors=edge.EdgeVectorParams(size=self.dim, distance=edge.Distance.Cosine),
            max_search_threads=1)

    def create(self):
        self.shard = edge.EdgeShard.create(self.folder, self.config())
        schemas = {"keyword": edge.PayloadSchemaType.Keyword,
                   "integer": edge.PayloadSchemaType.Integer}
        for field, schema in INDEXES.items():
            self.commit(edge.UpdateOperation.create_field_index(field, schemas[schema]))

    def open(self):
        self.shard = edge.EdgeShard.load(self.folder, self.config())

    def commit(self, operation):
        self.shard.update(operation)
        self.shard.flush()

    def prepare(self, ids, vectors, texts):
        return [edge.Point(int(id), vector.tolist(), json.loads(text))
                for id, vector, text in zip(ids, vectors, texts)]

    def upsert(self, points):
        self.commit(edge.UpdateOperation.upsert_points(points))

    def upsert_each(self, points):
        times = []
        for point in points:
            start = time.perf_counter_ns()
            self.commit(edge.UpdateOperation.upsert_points([point]))
            times.append(time.perf_counter_ns() - start)
        return times

    def writers(self, points, threads):
        times = [[] for _ in range(threads)]

        def write(number):
            times[number] = self.upsert_each(points[number::threads])

        running = [threading.Thread(target=write, args=(i,)) for i in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        return f"{threads} threads of Python, one shard", sum(times, [])

    def delete(self, ids):
        self.commit(edge.UpdateOperation.delete_points([int(id) for id in ids]))

    def settle(self):
        self.shard.optimize()
        self.shard.flush()

    def read_each(self, ids):
        return sum(len(self.shard.retrieve([int(id)], with_payload=True, with_vector=False))
                   for id in ids)

    @staticmethod
    def filter(wanted):
        if wanted is None:
            return None
        field, value = wanted
        if field == "frequency":
            condition = edge.FieldCondition(key=field, range=edge.RangeFloat(gte=value))
        else:
            condition = edge.FieldCondition(key=field, match=edge.MatchValue(value))
        return edge.Filter(must=[condition])

    def prepare_searches(self, queries, k, wanted, repeat=1):
        rows = queries.tolist()
        if not isinstance(rows[0], list):
            rows = [rows[i:i + self.dim] for i in range(0, len(rows), self.dim)]
        condition = self.filter(wanted)
        return repeat * [edge.SearchRequest(query=edge.Query.Nearest(row), limit=k,
                                            filter=condition) for row in rows]

    def search_each(self, requests, stop=None):
        answers, times = [], []
        for request in requests:
            if stop is not None and stop():
                break
            start = time.perf_counter_ns()
            found = self.shard.search(request)
            times.append(time.perf_counter_ns() - start)
            answers.append([point.id for point in found])
        return answers, times

    def close(self):
        self.shard.close()
