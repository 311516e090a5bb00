#!/usr/bin/env python3
"""Differential test: Grape through its C ABI against qdrant-client's local mode.

usage: differential_test.py LIBGRAPE [--seed N] [--operations N] [--indexes none|some|all|mixed]

Random filtered searches, scrolls, counts and facets must agree; see docs/testing.md. `--operations`
counts the questions. All that is asked follows from the seed and the other options. It ends with a
summary line, and at the first difference with the question, both answers and the way to it.
"""

import argparse
import os
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
QUESTIONS_IN_A_ROUND = 250
QUICK = 500
# Of a full run: how many questions have a condition of each kind, and which share tells something.
FULL_RUN, EACH_KIND, TELLING = 20_000, 500, 0.60
QUESTIONS = {"search": "searches_agree", "scroll": "scrolls_agree", "count": "counts_agree",
             "facet": "facets_agree", "ordered": "ordered_scrolls_agree", "get": "points_agree"}


def use_python_with_the_oracle():
    """Goes on in the Python that ./dev test fills with tests/differential/requirements.txt."""
    try:
        import qdrant_client  # noqa: F401
        return True
    except ImportError:
        pass
    other = os.path.join(os.environ.get("GRAPE_BUILD", os.path.join(ROOT, "build")), "python",
                         "bin", "python3")
    if os.environ.get("GRAPE_TEST_PYTHON") != other and os.path.exists(other):
        os.environ["GRAPE_TEST_PYTHON"] = other
        sys.stdout.flush()
        os.execv(other, [other, "-B", *sys.argv])
    return False


def options():
    quick = os.environ.get("GRAPE_TEST_QUICK") == "1"
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("shared_object", metavar="library")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--operations", type=int, default=QUICK if quick else 1500)
    parser.add_argument("--indexes", choices=("none", "some", "all", "mixed"), default="mixed")
    parser.add_argument("--first-round", type=int, default=0, help="begin with this round")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the databases there")
    parser.add_argument("--differences", action="store_true",
                        help="print where local mode differs from the reference, and end")
    return parser.parse_args()


def probe(library, folder, tally):
    """What this build refuses as unsupported is left out, and skipped visibly."""
    from grape_library import Grape, Refused
    grape = Grape(library, os.path.join(folder, "probe"), background=False)
    name = {"collection_name": "p"}
    grape("create_collection", vectors={"size": 2, "distance": "Dot"}, **name)
    tree = {"must": [{"key": "a", "match": {"value": 1}}]}
    requests = {"filter": ("count_points", {"filter": tree}),
                "filter_selector": ("delete_points", {"filter": tree}),
                "field_index": ("create_field_index", {"field_name": "a", "field_schema": "integer"}),
                "facet": ("facet", {"key": "a"}),
                "order_by": ("scroll_points", {"order_by": "a"})}
    for what, (operation, body) in requests.items():
        try:
            grape(operation, **name, **body)
        except Refused as refused:
            if not refused.unsupported:
                raise
            tally.missing[what] = refused.message
    grape.close()


def run_rounds(args, folder, tally):
    """The description of the first difference, or None."""
    from session import Fault, Session, WAYS
    asked, round_number = 0, args.first_round
    while asked < args.operations:
        seed = args.seed * 1_000_003 + round_number
        way = WAYS[round_number % 3] if args.indexes == "mixed" else args.indexes
        wanted = min(QUESTIONS_IN_A_ROUND, args.operations - asked)
        done, session = 0, None
        try:
            session = Session(args.shared_object, os.path.join(folder, f"round{round_number}"), seed,
                              way, tally)
            while done < wanted:
                done += session.step()
        except Fault as fault:
            return f"round {round_number} (indexes {way}), question {done}:\n{fault}"
        except Exception:  # a refusal, or the oracle's
            return f"round {round_number} (indexes {way}), question {done}:\n{traceback.format_exc()}"
        finally:
            if session:
                session.close()
        asked += done
        round_number += 1
    return None


def report(args, tally):
    """Prints what was met; returns the cases that failed."""
    from conditions import KINDS
    failed = []
    print("questions:", dict(sorted(tally.reads.items())))
    print("changes:  ", dict(sorted(tally.changes.items())))
    if tally.lacks("filter"):
        return failed
    least = max(1, EACH_KIND * args.operations // FULL_RUN // (1 if args.operations >= FULL_RUN else 2))
    print(f"questions with a condition of each kind (at least {least} expected):")
    for kind in KINDS:
        print(f"  {kind:16} {tally.kinds[kind]}")
    if any(tally.kinds[kind] < least for kind in KINDS):
        failed.append("every_kind_is_met")
    share = tally.telling / max(1, tally.filtered)
    print(f"filtered questions {tally.filtered}; neither none nor all points match: {share:.1%}")
    if share < TELLING:
        failed.append("answers_are_telling")
    return failed


def finish(passed, failed, skipped):
    for name in failed:
        print(f"FAILED: {name}")
    for name, reason in skipped.items():
        print(f"skipped: {name}: {reason}")
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed else 0


def main():
    args = options()
    args.shared_object = os.path.abspath(args.shared_object)
    if not use_python_with_the_oracle():
        return finish(0, [], {"oracle": "the Python package qdrant-client is not installed"})
    if args.differences:
        from differences import DIFFERENCES
        for case, section, does, instead in DIFFERENCES:
            print(f"{case} ({section})\n  local mode {does}\n  the test {instead}")
        return 0
    from session import Tally
    tally = Tally()
    print(f"seed {args.seed}, {args.operations} questions, indexes {args.indexes}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="grape-differential-") as temporary:
        folder = args.keep or temporary
        os.makedirs(folder, exist_ok=True)
        probe(args.shared_object, folder, tally)
        fault = run_rounds(args, folder, tally)
    failed = report(args, tally)
    if fault:
        print(f"differs: {fault}\nagain: --seed {args.seed} --operations {args.operations} "
              f"--indexes {args.indexes}")
        failed.append("answers_agree")
    print(f"{time.monotonic() - started:.0f} s")
    skipped = {what: "this build refuses it: " + message for what, message in tally.missing.items()}
    cases = sum(name in tally.reads for name in QUESTIONS) + 2
    return finish(max(0, cases - len(failed)), failed, skipped)


if __name__ == "__main__":
    sys.exit(main())
