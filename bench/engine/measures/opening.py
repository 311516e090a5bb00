"""Opening a closed database in a new process, its first answer, memory, then 1000 answers more.
The files were just closed: they are in the page cache. Opening syncs some files, so on a busy disk
the least of the times says more than the median. Qdrant Edge's one search thread also opens its
segments."""

import statistics

from report import MB

TIMES = 5


def run(engines, truth, result):
    found = {engine.name: [] for engine in engines}
    for engine in engines:
        spent = engine.close()
        result.add(engine.name, "close", spent["seconds"] * 1000, "ms")
    for _ in range(TIMES):
        for engine in engines:
            found[engine.name].append(engine.open_elsewhere())
    for engine in engines:
        def median(*path, of=found[engine.name]):
            values = list(of)
            for key in path:
                values = [value[key] for value in values]
            return statistics.median(values)

        name = engine.name
        result.add(name, "load the engine", median("load_ms"), "ms")
        result.add(name, "open", median("open_ms"), "ms")
        result.add(name, "first answer", median("first_answer_ms"), "ms")
        result.add(name, "open, least", min(one["open_ms"] for one in found[name]), "ms")
        result.add(name, "first answer, least", min(one["first_answer_ms"] for one in found[name]),
                   "ms")
        result.add(name, "first answer, recall",
                   truth.judge(None, found[name][0]["answers"])[0], "share")
        result.add(name, "memory, engine loaded", median("bare", "rss") / MB, "MB")
        result.add(name, "memory, opened", median("opened", "rss") / MB, "MB")
        result.add(name, "memory, opened, anonymous", median("opened", "anon") / MB, "MB")
        result.add(name, "memory, after searches", median("searched", "rss") / MB, "MB")
        engine.open()
