"""Single points, each durable before the next: one writer, and 16 at once."""

THREADS = 16


def run(engines, truth, result):
    del truth
    for engine in engines:
        add(result, engine.name, "single upserts, one writer", engine.call("upsert_each"))
        engine.call("settle")
        found = engine.call("writers", threads=THREADS)
        add(result, engine.name, f"single upserts, {THREADS} writers", found)
        engine.call("settle")


def add(result, engine, name, found):
    more = {"count": found["count"], **({"how": found["how"]} if "how" in found else {})}
    result.add(engine, name, found["count"] / found["seconds"], "1/s", **more)
    result.add(engine, name + ", p50", found["p50_ms"], "ms", **more)
    result.add(engine, name + ", p99", found["p99_ms"], "ms", **more)
    result.add(engine, name + ", CPU a point", found["cpu_s"] * 1000 / found["count"], "ms", **more)
