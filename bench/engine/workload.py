"""What bench/engine writes and asks: `gloss` with its payloads, filters, and the true answers.

Children map the vectors from a file, so that none of them counts as an engine's own memory.
"""

import gzip
import json
import os

import numpy

from gloss import DIM, FILTERS, K

ROWS_AT_ONCE = 1000
CHANGED = 5000  # rows that are overwritten, and as many that are deleted: 17.5 % together


def normalised(path):
    array = numpy.load(path).astype(numpy.float32)
    return array / numpy.linalg.norm(array, axis=1, keepdims=True)


def prepare(data, folder, rows_max, queries_max):
    """Files that every child reads: vectors and queries as raw f32, payloads as lines."""
    normalised(os.path.join(data, "gloss384-base-i8.npy"))[:rows_max].tofile(
        os.path.join(folder, "vectors.f32"))
    normalised(os.path.join(data, "gloss384-query-i8.npy"))[:queries_max].tofile(
        os.path.join(folder, "queries.f32"))
    with gzip.open(os.path.join(data, "gloss384-payload.jsonl.gz")) as lines, \
            open(os.path.join(folder, "payloads.jsonl"), "wb") as out:
        out.writelines(lines.readlines()[:rows_max])


class Workload:
    """The rows as they are now: row i has the id i until it is overwritten."""

    def __init__(self, folder):
        self.vectors = numpy.memmap(os.path.join(folder, "vectors.f32"), numpy.float32,
                                    "r").reshape(-1, DIM)
        self.queries = numpy.fromfile(os.path.join(folder, "queries.f32"),
                                      numpy.float32).reshape(-1, DIM)
        with open(os.path.join(folder, "payloads.jsonl"), "rb") as lines:
            self.texts = lines.read().splitlines()

    def changes(self):
        """(ids to overwrite, the rows that they get instead, ids to delete)"""
        count = min(CHANGED, len(self.vectors) // 4)
        chosen = numpy.random.default_rng(17).permutation(len(self.vectors))[:2 * count]
        ids = chosen[:count]
        return ids, numpy.roll(ids, 1), chosen[count:]


class Truth:
    """Exact answers by numpy, before and after the changes."""

    def __init__(self, workload):
        self.workload = workload
        self.payloads = [json.loads(text) for text in workload.texts]
        self.row_of_id = numpy.arange(len(workload.vectors))
        self.alive = numpy.ones(len(workload.vectors), dtype=bool)
        self.limits = {}

    def apply_changes(self):
        ids, rows, deleted = self.workload.changes()
        self.row_of_id[ids] = rows
        self.alive[deleted] = False
        self.limits = {}

    def matching(self, name):
        """Of each id, whether it is there and the filter lets it through."""
        if name is None:
            return self.alive
        field, wanted = FILTERS[name]
        values = [payload.get(field) for payload in self.payloads]
        found = numpy.array([v is not None and (v >= wanted if field == "frequency" else
                                                v == wanted) for v in values])
        return found[self.row_of_id] & self.alive

    def limit(self, name):
        """(ids that match, the squared distance of each query's k-th nearest of them)"""
        if name not in self.limits:
            match = self.matching(name)
            vectors = self.workload.vectors[self.row_of_id[match]].astype(numpy.float64)
            if len(vectors) == 0:
                raise ValueError(f"filter {name}: no row matches; try more rows")
            kth = min(K, len(vectors)) - 1
            out = numpy.empty(len(self.workload.queries))
            for i, query in enumerate(self.workload.queries):
                scores = vectors @ query.astype(numpy.float64)
                best = vectors[numpy.argpartition(-scores, kth)[:kth + 1]]
                out[i] = ((best - query) ** 2).sum(axis=1).max()
            self.limits[name] = match, out
        return self.limits[name]

    def judge(self, name, answers):
        """(recall by distance, relative 1e-5; answers that are short; ids that may not be there)"""
        match, limits = self.limit(name)
        wanted = min(K, int(match.sum()))
        right = short = wrong = 0
        for i, ids in enumerate(answers):
            ids = numpy.unique(numpy.array([id for id in ids if id < len(match)], dtype=numpy.int64))
            short += len(ids) < wanted
            wrong += int((~match[ids]).sum())
            ids = ids[match[ids]]
            found = self.workload.vectors[self.row_of_id[ids]].astype(numpy.float64)
            apart = ((found - self.workload.queries[i]) ** 2).sum(axis=1)
            right += int((apart <= limits[i] * (1 + 2e-5)).sum())
        return right / (wanted * len(answers)), short, wrong
