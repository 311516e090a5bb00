"""One engine in a process of its own: reads calls as lines of JSON, answers each with one line.

usage: worker.py NAME FOLDER DATABASE SETTINGS     (engines.py starts it)

What is timed is only the engine's own call; arguments are made before.
"""

import ctypes
import json
import sys
import threading
import time

import numpy

import peers
import process
from gloss import DIM, FILTERS, K
from workload import ROWS_AT_ONCE, Workload

NEW_IDS = 1_000_000  # rows that are added later get ids from here on


class Stop:
    """A flag that Python asks and C reads."""

    def __init__(self):
        self.flag = ctypes.c_int32(0)

    def __call__(self):
        return self.flag.value != 0

    def set(self):
        self.flag.value = 1


def timed(function, *arguments):
    cpu, start = process.cpu_seconds(), time.perf_counter()
    result = function(*arguments)
    return result, {"seconds": time.perf_counter() - start,
                    "cpu_s": process.cpu_seconds() - cpu}


def milliseconds(times):
    if not len(times):
        return {"count": 0}
    p50, p99 = numpy.percentile(times, [50, 99]) / 1e6
    return {"count": len(times), "p50_ms": float(p50), "p99_ms": float(p99),
            "max_ms": max(times) / 1e6}


class Worker:
    def __init__(self, name, folder, database, settings):
        self.peer = peers.load(name)(database, DIM, settings)
        self.workload = Workload(folder)
        self.new_ids = NEW_IDS

    def facts(self):
        return {"version": self.peer.version(), "queries_max": self.peer.queries_max}

    def create(self):
        self.peer.create()

    def open(self):
        return timed(self.peer.open)[1]

    def close(self):
        return timed(self.peer.close)[1]

    def settle(self):
        return timed(self.peer.settle)[1]

    def memory(self):
        return process.memory_bytes()

    def batch(self, ids, rows):
        return self.peer.prepare(ids, numpy.ascontiguousarray(self.workload.vectors[rows]),
                                 [self.workload.texts[row] for row in rows])

    def new_batch(self, count):
        rows = (self.new_ids - NEW_IDS + numpy.arange(count)) % len(self.workload.vectors)
        ids = self.new_ids + numpy.arange(count)
        self.new_ids += count
        return self.batch(ids, rows)

    def import_rows(self, first, count):
        rows = numpy.arange(first, min(first + count, len(self.workload.vectors)))
        return timed(self.peer.upsert, self.batch(rows, rows))[1]

    def overwrite(self):
        ids, rows, _ = self.workload.changes()
        return [timed(self.peer.upsert, self.batch(ids[i:i + ROWS_AT_ONCE],
                                                   rows[i:i + ROWS_AT_ONCE]))[1]
                for i in range(0, len(ids), ROWS_AT_ONCE)]

    def delete(self):
        ids = self.workload.changes()[2]
        return [timed(self.peer.delete, ids[i:i + ROWS_AT_ONCE])[1]
                for i in range(0, len(ids), ROWS_AT_ONCE)]

    def upsert_each(self):
        batch = self.new_batch(self.peer.upserts)
        times, spent = timed(self.peer.upsert_each, batch)
        return {**spent, **milliseconds(times)}

    def writers(self, threads):
        batch = self.new_batch(self.peer.writer_upserts)
        (how, times), spent = timed(self.peer.writers, batch, threads)
        return {**spent, **milliseconds(times), "how": how}

    def read_each(self, count):
        ids = numpy.random.default_rng(5).integers(0, len(self.workload.vectors), count)
        seen, spent = timed(self.peer.read_each, ids)
        if seen < count:
            raise RuntimeError(f"{count} points were asked for, {seen} bytes or rows came")
        return {**spent, "count": count}

    def search(self, filter, answers=True):
        queries = self.workload.queries[:self.peer.queries_max]
        wanted = None if filter is None else FILTERS[filter]
        prepared = self.peer.prepare_searches(queries, K, wanted)
        (found, times), spent = timed(self.peer.search_each, prepared)
        return {**spent, **milliseconds(times), "answers": found if answers else None}

    def search_during_import(self, batches, repeat):
        """Searches one after the other in a thread, while this one imports."""
        prepared = [self.new_batch(ROWS_AT_ONCE) for _ in range(batches)]
        searches = self.peer.prepare_searches(self.workload.queries, K, None, repeat)
        stop, out = Stop(), []
        thread = threading.Thread(
            target=lambda: out.append(self.peer.search_each(searches, stop)))
        thread.start()
        start = time.perf_counter()
        for batch in prepared:
            self.peer.upsert(batch)
        seconds = time.perf_counter() - start
        stop.set()
        thread.join()
        return {**milliseconds(out[0][1]), "points": batches * ROWS_AT_ONCE, "seconds": seconds}


def main():
    name, folder, database, settings = sys.argv[1:]
    worker = Worker(name, folder, database, json.loads(settings))
    for line in sys.stdin:
        call = json.loads(line)
        result = getattr(worker, call["method"])(**call["arguments"])
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
