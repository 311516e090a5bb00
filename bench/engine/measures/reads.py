"""The payload of one point by its id, one call a point, one thread."""

import statistics

ROUNDS = 3
READS = {"grape": 200_000}  # those that answer through Python do fewer
READS_ELSE = 20_000


def run(engines, truth, result):
    del truth
    found = {engine.name: [] for engine in engines}
    for _ in range(ROUNDS):
        for engine in engines:
            found[engine.name].append(
                engine.call("read_each", count=READS.get(engine.name, READS_ELSE)))
    for engine in engines:
        rates = [one["count"] / one["cpu_s"] for one in found[engine.name]]
        result.add(engine.name, "point reads, per core", statistics.median(rates), "1/CPU-s")
        rates = [one["count"] / one["seconds"] for one in found[engine.name]]
        result.add(engine.name, "point reads, wall", statistics.median(rates), "1/s")
