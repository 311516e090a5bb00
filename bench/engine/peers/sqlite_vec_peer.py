"""sqlite-vec through apsw: exact search, a write-ahead log with synchronous=full, metadata columns
for what is filtered and an auxiliary column for the whole payload."""

import importlib.metadata
import json
import os
import threading
import time

import apsw
import sqlite_vec

BUSY_MS = 60_000


class Peer:
    name = "sqlite-vec"
    queries_max = 100
    upserts = 2000
    writer_upserts = 3200

    def __init__(self, folder, dim, settings):
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, "vectors.db")
        self.dim = dim
        self.db = None

    def version(self):
        return importlib.metadata.version("sqlite-vec") + ", SQLite " + apsw.sqlite_lib_version()

    def connect(self):
        db = apsw.Connection(self.path)
        db.set_busy_timeout(BUSY_MS)
        db.enable_load_extension(True)
        db.load_extension(sqlite_vec.loadable_path())
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        return db

    def open(self):
        self.db = self.connect()

    def create(self):
        self.open()
        self.db.execute(
            f"create virtual table gloss using vec0(vector float[{self.dim}] distance_metric=cosine,"
            " part_of_speech text, domain text, frequency integer, +payload text)")

    def prepare(self, ids, vectors, texts):
        out = []
        for id, vector, text in zip(ids, vectors, texts):
            payload = json.loads(text)
            out.append((int(id), vector.tobytes(), payload["part_of_speech"], payload["domain"],
                        payload["frequency"], text.decode()))
        return out

    @staticmethod
    def write(db, rows):
        db.execute("begin immediate")
        db.executemany("delete from gloss where rowid = ?", [row[:1] for row in rows])
        db.executemany("insert into gloss(rowid, vector, part_of_speech, domain, frequency, payload)"
                       " values (?, ?, ?, ?, ?, ?)", rows)
        db.execute("commit")

    def upsert(self, rows):
        self.write(self.db, rows)

    def timed(self, db, rows):
        times = []
        for row in rows:
            start = time.perf_counter_ns()
            self.write(db, [row])
            times.append(time.perf_counter_ns() - start)
        return times

    def upsert_each(self, rows):
        return self.timed(self.db, rows)

    def writers(self, rows, threads):
        times = [[] for _ in range(threads)]

        def write(number):
            db = self.connect()
            times[number] = self.timed(db, rows[number::threads])
            db.close()

        running = [threading.Thread(target=write, args=(i,)) for i in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        return f"{threads} threads of Python, a connection each", sum(times, [])

    def delete(self, ids):
        self.db.execute("begin immediate")
        self.db.executemany("delete from gloss where rowid = ?", [(int(id),) for id in ids])
        self.db.execute("commit")

    def settle(self):
        self.db.execute("pragma wal_checkpoint(truncate)").fetchall()

    def read_each(self, ids):
        return sum(len(self.db.execute("select payload from gloss where rowid = ?",
                                       (int(id),)).fetchall()) for id in ids)

    def prepare_searches(self, queries, k, wanted, repeat=1):
        text = "select rowid from gloss where vector match ? and k = ?"
        more = ()
        if wanted is not None:
            field, value = wanted
            text += f" and {field} {'>=' if field == 'frequency' else '='} ?"
            more = (value,)
        data, size = queries.tobytes(), self.dim * 4
        return text, repeat * [(data[first:first + size], k, *more)
                               for first in range(0, len(data), size)]

    def search_each(self, prepared, stop=None):
        # A connection of the thread's own: one connection serves one thread at a time.
        db = self.db if stop is None else self.connect()
        text, arguments = prepared
        answers, times = [], []
        for values in arguments:
            if stop is not None and stop():
                break
            start = time.perf_counter_ns()
            rows = db.execute(text, values).fetchall()
            times.append(time.perf_counter_ns() - start)
            answers.append([row[0] for row in rows])
        return answers, times

    def close(self):
        self.db.close()
