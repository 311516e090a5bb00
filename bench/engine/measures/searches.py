"""Searches without and with filters, one call a query, one thread: speed, recall, short answers."""

import statistics

from gloss import FILTERS

ROUNDS = 3


def measure(engines, truth, result, name, filter, rounds=ROUNDS):
    """Rounds in which the engines take turns; the median of each figure."""
    found = {engine.name: [] for engine in engines}
    for turn in range(rounds):
        for engine in engines:
            found[engine.name].append(engine.call("search", filter=filter, answers=turn == 0))
    for engine in engines:
        add(result, truth, engine.name, name, filter, found[engine.name])


def add(result, truth, engine, name, filter, found):
    def median(key):
        return statistics.median(key(one) for one in found)

    answers = found[0]["answers"]
    recall, short, wrong = truth.judge(filter, answers)
    queries = {"queries": len(answers)}
    result.add(engine, name, median(lambda one: one["count"] / max(one["cpu_s"], 1e-9)),
               "q/CPU-s", **queries)
    result.add(engine, name + ", wall", median(lambda one: one["count"] / one["seconds"]), "q/s",
               **queries)
    result.add(engine, name + ", p50", median(lambda one: one["p50_ms"]), "ms", **queries)
    result.add(engine, name + ", p99", median(lambda one: one["p99_ms"]), "ms", **queries)
    result.add(engine, name + ", recall", recall, "share", **queries)
    result.add(engine, name + ", short", short, "answers", **queries)
    result.add(engine, name + ", wrong", wrong, "points", **queries)


def run(engines, truth, result):
    measure(engines, truth, result, "search", None)
    for name in FILTERS:
        measure(engines, truth, result, f"search {name}", name)
    for engine in engines:
        memory = engine.call("memory")
        result.add(engine.name, "memory after searches, anonymous", memory["anon"] / 1e6, "MB")
