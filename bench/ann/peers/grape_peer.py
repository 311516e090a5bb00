"""Grape, through its C ABI: bench/ann/grape_calls.c loops over the queries."""

import ctypes
import json
import os
import shutil
import tempfile
import time

import numpy

COSINE, EUCLID = 1, 3
ROWS_AT_ONCE = 10_000


class Grape:
    name = "grape"
    default_effort = 0  # nothing is set: grape_search_simple()
    efforts = (default_effort, 10, 14, 20, 28, 40, 56, 80, 112, 160, 224)
    shared_object = None  # path, set by run.py

    def __init__(self, dim, distance):
        self.calls = ctypes.CDLL(self.shared_object)
        self.calls.bench_open.restype = ctypes.c_void_p
        self.dim = dim
        self.folder = tempfile.mkdtemp(prefix="grape-ann-")
        self.db = ctypes.c_void_p(self.calls.bench_open(
            os.path.join(self.folder, "db").encode()))
        self.call("ann_create", ctypes.c_uint32(dim),
                  ctypes.c_int32(COSINE if distance == "Cosine" else EUCLID))

    def call(self, name, *arguments):
        status = getattr(self.calls, name)(self.db, *arguments)
        if status != 0:
            raise RuntimeError(f"{name}: status {status}")

    def build(self, vectors):
        ids = numpy.arange(len(vectors), dtype=numpy.uint64)
        for first in range(0, len(vectors), ROWS_AT_ONCE):
            part = vectors[first:first + ROWS_AT_ONCE]
            self.call("ann_add", ids[first:].ctypes.data_as(ctypes.c_void_p),
                      part.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(len(part)),
                      ctypes.c_uint32(self.dim))
        self.wait()

    def wait(self, seconds_max=1800):
        """Until the collection says that background work has nothing left to do for it."""
        request = json.dumps({"get_collection": {"collection_name": "ann"}}).encode()
        reply = ctypes.create_string_buffer(1 << 20)
        end = time.monotonic() + seconds_max
        while time.monotonic() < end:
            self.call("bench_request", request, reply, ctypes.c_size_t(len(reply)))
            if json.loads(reply.value)["result"]["status"] == "green":
                return
            time.sleep(0.2)
        raise RuntimeError("the collection did not become green")

    def search(self, name, queries, k, effort):
        ids = numpy.empty((len(queries), k), dtype=numpy.uint64)
        self.call(name, queries.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(len(queries)),
                  ctypes.c_uint32(self.dim), ctypes.c_size_t(k), ctypes.c_uint32(effort),
                  ids.ctypes.data_as(ctypes.c_void_p))
        return ids

    def single(self, queries, k, effort):
        return self.search("ann_search", queries, k, effort)

    def batch(self, queries, k, effort):
        return self.search("ann_batch", queries, k, effort)

    def close(self):
        self.calls.bench_close(self.db)
        shutil.rmtree(self.folder, ignore_errors=True)
