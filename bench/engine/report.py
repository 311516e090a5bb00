"""Rows of a result, targets for Grape's, and the table that people read."""

import sys

MB = 1e6
OURS = "grape"


class Result:
    def __init__(self):
        self.rows = []
        self.verdicts = []

    def add(self, engine, measure, value, unit, **more):
        self.rows.append({"engine": engine, "measure": measure, "value": round(float(value), 4),
                          "unit": unit, **more})
        print(f"  {engine:12} {measure:44} {value:14,.3f} {unit}", file=sys.stderr, flush=True)

    def value(self, engine, measure):
        return next((row["value"] for row in self.rows
                     if row["engine"] == engine and row["measure"] == measure), None)

    def peers(self):
        return sorted({row["engine"] for row in self.rows} - {OURS})

    def best_peer(self, measure, peers=None):
        values = [self.value(peer, measure) for peer in peers or self.peers()]
        values = [value for value in values if value is not None]
        return max(values) if values else None

    def as_json(self):
        return {"rows": self.rows, "targets": self.verdicts}


def at_least(bound):
    return lambda result, value: (value >= bound, f">= {bound:,g}")


def at_most(bound):
    return lambda result, value: (value <= bound, f"<= {bound:,g}")


def times_peers(measure, factor, peers=None):
    def judge(result, value):
        bound = result.best_peer(measure, peers)
        if bound is None:
            return None, "no peer measured"
        return value >= factor * bound, f">= {factor:g} x {bound:,.0f}"
    return judge


def share_of(measure, factor):
    """At least so much of another figure of ours."""
    def judge(result, value):
        before = result.value(OURS, measure)
        if before is None:
            return None, f"no {measure}"
        return value >= factor * before, f">= {factor:g} x {before:,.4g}"
    return judge


def targets(filters):
    """(measure, judge): what the issue asks of Grape."""
    out = [
        ("import, durable", times_peers("import, durable", 2)),
        ("single upserts, one writer", at_least(1000)),
        ("single upserts, one writer, p99", at_most(10)),
        ("single upserts, 16 writers", at_least(10_000)),
        ("point reads, per core", at_least(100_000)),
        ("open", at_most(10)),
        ("first answer", at_most(5)),
        ("memory, opened", at_most(60)),
        ("search after updates", share_of("search", 0.9)),
        ("search after updates, recall", share_of("search, recall", 0.9)),
        ("disk after updates / before", at_most(1.5)),
    ]
    for name in filters:
        measure = f"search {name}"
        out += [(measure, times_peers(measure, 1, ["qdrant-edge"])),
                (measure + ", recall", at_least(0.997)), (measure + ", short", at_most(0))]
    return out


def judge(result, filters):
    for measure, rule in targets(filters):
        value = result.value(OURS, measure)
        met, text = (None, "not measured") if value is None else rule(result, value)
        result.verdicts.append({"measure": measure, "value": value, "target": text, "met": met})


def table(result):
    """One line a measure, one column an engine, the target at the end."""
    engines = [OURS] + result.peers()
    verdicts = {verdict["measure"]: verdict for verdict in result.verdicts}
    measures = list(dict.fromkeys((row["measure"], row["unit"]) for row in result.rows))
    lines = [f"{'':44} {'unit':9}" + "".join(f"{name:>14}" for name in engines) + "  target"]
    for measure, unit in measures:
        cells = []
        for engine in engines:
            value = result.value(engine, measure)
            cells.append(f"{'-':>14}" if value is None else f"{value:>14,.4g}" if abs(value) < 100
                         else f"{value:>14,.0f}")
        verdict = verdicts.get(measure)
        said = "" if verdict is None else \
            f"  {verdict['target']}: " + {True: "met", False: "MISSED", None: "?"}[verdict["met"]]
        lines.append(f"{measure:44} {unit:9}" + "".join(cells) + said)
    return "\n".join(lines)
