#!/usr/bin/env python3
"""Grape beside its peers: recall, speed, build time and memory, in one run on one machine.

usage: run.py --library FILE --sets fashion,lsi,sift200,gloss --out FILE.json

Every engine gets the same f32 arrays and one thread; peers answer through their batch call, Grape by
one call of the C ABI a query, its batch figure beside it. An effort is chosen on the first half of
the queries and reported on the second; QPS is the median of three rounds in which the engines take
turns. A peer that is missing fails the run. What Grape finds without any setting is said for each
set, with each peer's speed at that recall.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time

import peers
import sets

K = 10
ROUNDS = 3
TARGETS = (0.95, 0.99)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def ways(peer):
    """(name, threads, function): Grape's call for each query first, then its batch."""
    if hasattr(peer, "single"):
        return [(peer.name, peer.single), (peer.name + "-batch", peer.batch)]
    return [(peer.name, peer.batch)]


def build(kind, vectors, distance):
    before, cpu = resident_bytes(), cpu_seconds()
    peer = kind(vectors.shape[1], distance)
    peer.build(vectors)
    return peer, {"build_cpu_s": round(cpu_seconds() - cpu, 2),
                  "memory_bytes": max(0, resident_bytes() - before)}


def measure(built, vectors, queries, truth):
    """{(way, effort): (recall of the first half, of the second half, QPS of the second)}"""
    half = len(queries) // 2
    recalls, speeds = {}, {}
    for turn in range(ROUNDS):
        for peer, _ in built:
            for name, search in ways(peer):
                for effort in peer.efforts:
                    key = (name, effort)
                    if turn == 0:
                        first = search(queries[:half], K, effort)
                        recalls[key] = [sets.recall(vectors, queries[:half], truth[:half], first)]
                    start = time.process_time()
                    found = search(queries[half:], K, effort)
                    seconds = time.process_time() - start
                    speeds.setdefault(key, []).append((len(queries) - half) / seconds)
                    if turn == 0:
                        recalls[key].append(
                            sets.recall(vectors, queries[half:], truth[half:], found))
    return {key: (*recalls[key], statistics.median(speeds[key])) for key in recalls}


def speed_at(points, target):
    """QPS where the curve crosses `target`; the efforts around it are chosen on the first half of
    the queries. None when no effort reaches it."""
    points = sorted(points)
    above = next((i for i, point in enumerate(points) if point[0] >= target), None)
    if above is None:
        return None
    if above == 0:
        return points[0][2]
    (_, low, low_speed), (_, high, high_speed) = points[above - 1], points[above]
    if high <= low:
        return high_speed
    part = min(1.0, max(0.0, (target - low) / (high - low)))
    return low_speed + part * (high_speed - low_speed)


def at_default(measured, built):
    """Grape's recall and QPS when nothing is set, and the QPS of its peers at that recall."""
    _, found, speed = measured[peers.Grape.name, peers.Grape.default_effort]
    others = {peer.name: speed_at([measured[peer.name, effort] for effort in peer.efforts], found)
              for peer, _ in built if not isinstance(peer, peers.Grape)}
    return {"recall": round(found, 5), "qps": round(speed, 1),
            "qps_of_others": {name: qps and round(qps, 1) for name, qps in others.items()}}


def run_set(name, arguments):
    vectors, queries, distance = sets.load(arguments.folder, name, arguments.queries)
    truth = sets.furthest_true(vectors, queries, K)
    built = [build(kind, vectors, distance) for kind in peers.ALL]
    measured = measure(built, vectors, queries, truth)
    rows, at = [], {}
    for peer, facts in built:
        for way, _ in ways(peer):
            points = {effort: measured[way, effort] for effort in peer.efforts}
            rows += [{"set": name, "engine": way, "effort": effort, "threads": 1,
                      "recall": round(point[1], 5), "qps": round(point[2], 1), **facts}
                     for effort, point in points.items()]
            at[way] = {str(target): speed_at(points.values(), target) for target in TARGETS}
        peer.close()
    return rows, {"set": name, "qps_at": at, "default": at_default(measured, built)}


def main():
    parser = argparse.ArgumentParser(description="compares Grape with its peers")
    parser.add_argument("--library", dest="shared_object", required=True, help="libann_grape.so")
    parser.add_argument("--sets", default=",".join(sets.FILES))
    parser.add_argument("--out", required=True)
    parser.add_argument("--folder", default="../shared/data")
    parser.add_argument("--queries", type=int, default=2000, help="at most so many of each set")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.sets.split(",") if name not in sets.FILES]
    if unknown:
        parser.error(f"there is no set {unknown[0]}")
    peers.Grape.shared_object = arguments.shared_object
    result = {"rows": [], "summary": []}
    for name in arguments.sets.split(","):
        rows, summary = run_set(name, arguments)
        result["rows"] += rows
        result["summary"].append(summary)
        print(json.dumps(summary), file=sys.stderr, flush=True)
        with open(arguments.out, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
