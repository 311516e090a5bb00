"""Opens a closed database in a fresh process and searches; prints one line of JSON.

usage: opener.py NAME FOLDER DATABASE SETTINGS

No numpy here: what the process weighs is Python, the engine and its data.
"""

import array
import json
import os
import sys
import time

import peers
import process
from gloss import DIM, K


def milliseconds_since(start):
    return (time.perf_counter() - start) * 1000


def main():
    name, folder, database, settings = sys.argv[1:]
    queries = array.array("f")
    path = os.path.join(folder, "queries.f32")
    with open(path, "rb") as file:
        queries.fromfile(file, os.path.getsize(path) // queries.itemsize)
    start = time.perf_counter()
    kind = peers.load(name)
    peer = kind(database, DIM, json.loads(settings))
    out = {"load_ms": milliseconds_since(start), "bare": process.memory_bytes()}
    start = time.perf_counter()
    peer.open()
    out["open_ms"] = milliseconds_since(start)
    first = peer.prepare_searches(queries[:DIM], K, None)
    start = time.perf_counter()
    answers, _ = peer.search_each(first)
    out["first_answer_ms"] = milliseconds_since(start)
    out["opened"] = process.memory_bytes()
    out["answers"] = answers
    most = DIM * min(kind.queries_max, len(queries) // DIM)
    peer.search_each(peer.prepare_searches(queries[:most], K, None))
    out["searched"] = process.memory_bytes()
    peer.close()
    print(json.dumps(out))


if __name__ == "__main__":
    main()
