"""Durable import with payloads, 1000 points a commit; then the index, disk and memory."""

from report import MB
from workload import ROWS_AT_ONCE

BATCHES_A_TURN = 10


def run(engines, truth, result):
    rows = len(truth.workload.vectors)
    spent = {engine.name: {"seconds": 0.0, "cpu_s": 0.0} for engine in engines}
    step = BATCHES_A_TURN * ROWS_AT_ONCE
    for turn in range(0, rows, step):
        for engine in engines:
            for first in range(turn, min(turn + step, rows), ROWS_AT_ONCE):
                for key, value in engine.call("import_rows", first=first,
                                              count=ROWS_AT_ONCE).items():
                    spent[engine.name][key] += value
    for engine in engines:
        total = spent[engine.name]
        result.add(engine.name, "import, durable", rows / total["seconds"], "points/s")
        result.add(engine.name, "import, CPU", total["cpu_s"], "s")
        index = engine.call("settle")
        result.add(engine.name, "index after import, wall", index["seconds"], "s")
        result.add(engine.name, "index after import, CPU", index["cpu_s"], "s")
        result.add(engine.name, "disk after import", engine.disk_bytes() / MB, "MB")
        memory = engine.call("memory")
        result.add(engine.name, "memory after import, anonymous", memory["anon"] / MB, "MB")
