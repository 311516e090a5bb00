#!/usr/bin/env python3
"""Grape as a database beside other embedded ones, in one run on one machine.

usage: run.py --library FILE --out FILE.json

`gloss`: 57,000 definitions of 384 dimensions with their payloads, 1000 queries, cosine, with payload
indexes of three fields. Every engine runs in a process of its own, which sleeps while another has
its turn. Grape is called through its C ABI from loops in C, because its calls take microseconds and
a call from Python costs as much; its searches are messages that were made before, all but the
vector. The peers have no C interface and are called through the Python API of their packages, whose
own calls alone are timed, with arguments that were made before. The 16 writers of Grape are threads
of C, those of the peers threads of Python; and beside an import a peer's search shares the lock of
Python with it. A write counts when it is durable: Grape's default, Qdrant Edge's update() and
flush(), SQLite's synchronous=full. Search speed is queries per CPU-second of the process. A
peer that is missing fails the run.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile

import measures
import peers
import report
from engines import Engine
from gloss import FILTERS
from workload import Truth, Workload, prepare


def machine():
    with open("/proc/loadavg", encoding="ascii") as file:
        load = file.read().split()[0]
    return {"cores": os.cpu_count(), "load": float(load), "nice": os.nice(0)}


def run(arguments, folder):
    prepare(arguments.folder, folder, arguments.rows, arguments.queries)
    truth = Truth(Workload(folder))
    result = report.Result()
    engines, loads = [], [machine()]
    try:
        for name in arguments.engines.split(","):
            engines.append(Engine(name, folder, {"library": arguments.shared_object}))
        for part in measures.ALL:
            if arguments.parts and measures.name(part) not in arguments.parts.split(","):
                continue
            print(measures.name(part), file=sys.stderr, flush=True)
            part.run(engines, truth, result)
            loads.append(machine())
        versions = {engine.name: engine.facts["version"] for engine in engines}
    finally:
        for engine in engines:
            engine.remove()
    report.judge(result, FILTERS)
    return result, {"machine": loads[0], "load_after_each_part": [one["load"] for one in loads[1:]],
                    "versions": versions, "queries": arguments.queries}


def main():
    parser = argparse.ArgumentParser(description="compares Grape with embedded databases")
    parser.add_argument("--library", dest="shared_object", required=True,
                        help="libengine_grape.so")
    parser.add_argument("--out", required=True)
    parser.add_argument("--folder", default="../shared/data", help="where `gloss` lies")
    parser.add_argument("--work", help="where the databases are made; default: beside --out")
    parser.add_argument("--rows", type=int, default=57_000, help="fewer only to try it out")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--engines", default=",".join(peers.NAMES), help="fewer to tune one")
    parser.add_argument("--parts", help="fewer to tune one: " +
                        ",".join(measures.name(part) for part in measures.ALL))
    arguments = parser.parse_args()
    unknown = set(arguments.engines.split(",")) - set(peers.NAMES)
    if unknown:
        parser.error(f"there is no engine {unknown.pop()}")
    arguments.shared_object = os.path.abspath(arguments.shared_object)
    # Not the system's temporary folder, which may be memory, where a sync costs nothing.
    beside = arguments.work or os.path.dirname(os.path.abspath(arguments.out))
    folder = tempfile.mkdtemp(prefix="grape-engine-", dir=beside)
    try:
        result, facts = run(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(report.table(result))
    print(json.dumps(facts))
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump({**facts, **result.as_json()}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
