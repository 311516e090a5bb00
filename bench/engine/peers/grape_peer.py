"""Grape, through its C ABI: bench/engine/grape_calls.c loops over the calls."""

import array
import ctypes
import json
import time

from gloss import INDEXES


def address(numbers):
    if hasattr(numbers, "ctypes"):
        return numbers.ctypes.data
    return numbers.buffer_info()[0]


class Rows(ctypes.Structure):
    _fields_ = [("ids", ctypes.c_void_p), ("vectors", ctypes.c_void_p),
                ("payloads", ctypes.c_void_p), ("count", ctypes.c_size_t),
                ("dim", ctypes.c_uint32)]


class Condition(ctypes.Structure):
    _fields_ = [("key", ctypes.c_char_p), ("text", ctypes.c_char_p), ("gte", ctypes.c_double)]


class Search:
    """A message that asks for k points, those that match when a filter is wanted."""

    def __init__(self, calls, k, wanted):
        self.calls = calls
        condition = None
        if wanted is not None:
            field, value = wanted
            text = value.encode() if isinstance(value, str) else None
            condition = ctypes.byref(Condition(field.encode(), text, 0 if text else value))
        self.message = ctypes.c_void_p(calls.bench_search_make(b"gloss", ctypes.c_size_t(k), 0,
                                                               condition))
        if not self.message:
            raise MemoryError

    def __del__(self):
        self.calls.bench_search_free(self.message)


class Peer:
    name = "grape"
    queries_max = 1_000_000
    upserts = 3000
    writer_upserts = 32_000

    def __init__(self, folder, dim, settings):
        self.calls = ctypes.CDLL(settings["library"])
        self.calls.bench_open.restype = ctypes.c_void_p
        self.calls.bench_search_make.restype = ctypes.c_void_p
        self.folder = folder
        self.dim = dim
        self.db = None

    def version(self):
        return "this tree"

    def call(self, name, *arguments):
        status = getattr(self.calls, name)(self.db, *arguments)
        if status != 0:
            raise RuntimeError(f"{name}: status {status}")

    def request(self, operation, body):
        text = json.dumps({operation: {"collection_name": "gloss", **body}}).encode()
        reply = ctypes.create_string_buffer(1 << 20)
        status = self.calls.bench_request(self.db, text, reply, ctypes.c_size_t(len(reply)))
        if status != 0:
            raise RuntimeError(f"{operation}: {reply.value.decode()}")
        return json.loads(reply.value)["result"]

    def open(self):
        self.db = ctypes.c_void_p(self.calls.bench_open(self.folder.encode()))
        if not self.db:
            raise RuntimeError("grape does not open")

    def create(self):
        self.open()
        self.request("create_collection", {"vectors": {"size": self.dim, "distance": "Cosine"}})
        for field, schema in INDEXES.items():
            self.request("create_field_index", {"field_name": field, "field_schema": schema})

    def prepare(self, ids, vectors, texts):
        numbers = array.array("Q", [int(id) for id in ids])
        payloads = (ctypes.c_char_p * len(texts))(*texts)
        rows = Rows(address(numbers), address(vectors), ctypes.addressof(payloads), len(texts),
                    self.dim)
        rows.kept = (numbers, vectors, payloads)
        return rows

    def upsert(self, rows):
        self.call("engine_upsert", ctypes.byref(rows))

    def upsert_each(self, rows):
        times = (ctypes.c_uint64 * rows.count)()
        self.call("engine_upsert_each", ctypes.byref(rows), times)
        return list(times)

    def writers(self, rows, threads):
        times = (ctypes.c_uint64 * rows.count)()
        self.call("engine_writers", ctypes.byref(rows), ctypes.c_size_t(threads), times)
        return f"{threads} threads of C", list(times)

    def delete(self, ids):
        numbers = array.array("Q", [int(id) for id in ids])
        self.call("engine_delete", ctypes.c_void_p(address(numbers)),
                  ctypes.c_size_t(len(numbers)))

    def settle(self, seconds_max=1800):
        end = time.monotonic() + seconds_max
        while time.monotonic() < end:
            if self.request("get_collection", {})["status"] == "green":
                return
            time.sleep(0.1)
        raise RuntimeError("the collection did not become green")

    def read_each(self, ids):
        numbers = array.array("Q", [int(id) for id in ids])
        seen = ctypes.c_size_t()
        self.call("engine_read_each", ctypes.c_void_p(address(numbers)),
                  ctypes.c_size_t(len(numbers)), ctypes.byref(seen))
        return seen.value

    def prepare_searches(self, queries, k, wanted, repeat=1):
        rows = array.array("f", repeat * queries.tobytes())
        return rows, k, Search(self.calls, k, wanted)

    def search_each(self, prepared, stop=None):
        rows, k, search = prepared
        count = len(rows) // self.dim
        ids = (ctypes.c_uint64 * (count * k))()
        times = (ctypes.c_uint64 * count)()
        done = ctypes.c_size_t()
        flag = ctypes.c_int32(0) if stop is None else stop.flag
        self.call("engine_search_each", search.message, ctypes.c_void_p(address(rows)),
                  ctypes.c_size_t(count), ctypes.c_uint32(self.dim), ctypes.c_size_t(k), ids, times,
                  ctypes.byref(flag), ctypes.byref(done))
        none = 2**64 - 1
        answers = [[id for id in ids[i * k:(i + 1) * k] if id != none] for i in range(done.value)]
        return answers, times[:done.value]

    def close(self):
        self.call("bench_close")
