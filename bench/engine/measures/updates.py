"""5000 points are overwritten and 5000 deleted; then search, straight after and when background
work is done, and disk. Before the second search Qdrant Edge gets its optimize(), which is all its
background, and SQLite a checkpoint."""

from measures import searches
from report import MB


def total(parts):
    return sum(part["seconds"] for part in parts)


def run(engines, truth, result):
    count = len(truth.workload.changes()[0])
    truth.apply_changes()
    before = {engine.name: result.value(engine.name, "disk after import") for engine in engines}
    for engine in engines:
        name = engine.name
        result.add(name, "overwrite", count / total(engine.call("overwrite")), "points/s")
        result.add(name, "delete", count / total(engine.call("delete")), "points/s")
        searches.add(result, truth, name, "search straight after updates", None,
                     [engine.call("search", filter=None)])
        result.add(name, "disk straight after updates", engine.disk_bytes() / MB, "MB")
        spent = engine.call("settle")
        result.add(name, "index after updates, wall", spent["seconds"], "s")
        result.add(name, "index after updates, CPU", spent["cpu_s"], "s")
        after = engine.disk_bytes() / MB
        result.add(name, "disk after updates", after, "MB")
        if before[name] is not None:
            result.add(name, "disk after updates / before", after / before[name], "x")
    searches.measure(engines, truth, result, "search after updates", None)
    searches.measure(engines, truth, result, "search verb after updates", "verb", rounds=1)
