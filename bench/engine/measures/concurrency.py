"""One thread searches without a pause while another imports 20,000 points."""

BATCHES = 20
REPEAT = 100  # of the queries, which an engine does not get through


def run(engines, truth, result):
    del truth
    for engine in engines:
        alone = engine.call("search", filter=None, answers=False)
        found = engine.call("search_during_import", batches=BATCHES, repeat=REPEAT)
        result.add(engine.name, "search alone, p50", alone["p50_ms"], "ms", count=alone["count"])
        result.add(engine.name, "search alone, p99", alone["p99_ms"], "ms", count=alone["count"])
        count = {"count": found["count"]}
        if found["count"] > 0:
            result.add(engine.name, "search during import, p50", found["p50_ms"], "ms", **count)
            result.add(engine.name, "search during import, p99", found["p99_ms"], "ms", **count)
            result.add(engine.name, "search during import, longest", found["max_ms"], "ms", **count)
        result.add(engine.name, "import during search", found["points"] / found["seconds"],
                   "points/s")
        engine.call("settle")  # what follows is not beside what this leaves to do
