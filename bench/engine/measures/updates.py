"""5000 points are overwritten and 5000 deleted; then search, straight after and when background
work is done, and disk. An engine with a call that compacts gets it before the second search."""

from measures import searches
from report import MB
from workload import CHANGED


def total(parts):
    return sum(part["seconds"] for part in parts)


def run(engines, truth, result):
    truth.apply_changes()
    before = {engine.name: result.value(engine.name, "disk after import") for engine in engines}
    for engine in engines:
        name = engine.name
        result.add(name, "overwrite", CHANGED / total(engine.call("overwrite")), "points/s")
        result.add(name, "delete", CHANGED / total(engine.call("delete")), "points/s")
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
