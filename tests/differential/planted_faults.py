#!/usr/bin/env python3
"""Plants faults into a copy of the sources, one after the other; the differential test must find each.

usage: planted_faults.py [--operations N] [--only WORDS] [--check]

The copy is of the last commit, in build/planted; it is built as ./dev test builds. Run it by hand
after a change to filters or field indexes: a fault whose old text is gone fails, and the table below
is then to be adapted. `--check` only looks for the old texts, in the working tree.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCE = os.path.join(os.environ.get("GRAPE_BUILD", os.path.join(ROOT, "build")), "planted", "source")
BUILD = os.path.join(SOURCE, "build", "test")
CONFIGURE = ["-Doptimization=2", "-Ddebug=false", "-Ddebug_checks=true", "-Dtests=false",
             "-Dwerror=false", "-Dcpp_args=-D_GLIBCXX_ASSERTIONS"]
FOUND = "differs: "

Fault = collections.namedtuple("Fault", "name path old new")
VALUES, CHECK, TEXT = "core/query/value_check.cc", "core/query/payload_check.cc", "core/query/text_check.cc"
PATHS, GEO, DATES = "core/base/payload_values.cc", "core/index/field/geo.cc", "core/base/datetime.cc"
FIND = "core/index/field/field_run_find.cc"
SETS, ASK, ORDER = "core/query/row_sets.cc", "core/query/field_condition.cc", "core/query/field_order.cc"
ROW_CACHE = "core/engine/row_sets.cc"
FAULTS = [
    Fault("range: lt takes its bound in", VALUES, "value < *bounds.lt", "value <= *bounds.lt"),
    Fault("except: null is another value", VALUES,
          "return value.kind() != JsonKind::null && !set.contains(value);",
          "return !set.contains(value);"),
    Fault("values_count: a missing field counts as one", VALUES, "within(bounds_, uint64_t{0})",
          "within(bounds_, uint64_t{1})"),
    Fault("is_null: null in an array is passed over", VALUES,
          "const bool null = base::any_element_at(", "const bool null = base::any_value_at("),
    Fault("arrays: only the first element is asked", PATHS,
          "        const size_t size = value.size();\n        for (size_t i = 0; i < size; ++i) {\n"
          "            if (holds(",
          "        const size_t size = value.size() > 0;\n        for (size_t i = 0; i < size; ++i) {\n"
          "            if (holds("),
    Fault("nested: must_not is ignored", CHECK,
          "return std::none_of(must_not.begin(), must_not.end(), holds);",
          "return subject.point() == nullptr ||\n"
          "               std::none_of(must_not.begin(), must_not.end(), holds);"),
    Fault("nested: an object without an array is an element", CHECK,
          "if (value.kind() != base::JsonKind::array) return false;",
          "if (value.kind() == base::JsonKind::object) {\n"
          "                Subject whole(value);\n                return inner->matches(whole);\n"
          "            }\n            if (value.kind() != base::JsonKind::array) return false;"),
    Fault("min_should: one less is enough", CHECK, "return missing == 0;", "return missing <= 1;"),
    Fault("geo box: the antimeridian is ignored", GEO, "? east || west : east && west",
          "? east && west : east && west"),
    Fault("geo polygon: holes are ignored", GEO, "return side_of(hole, point) == Side::outside;",
          "return side_of(hole, point) != Side::border;"),
    Fault("datetimes: zones go the wrong way", DATES, "time_us -= offset_us;",
          "time_us += offset_us;"),
    Fault("prefix: found anywhere", TEXT, "return value.starts_with(text_);",
          "return value.find(text_) != std::string_view::npos;"),
    Fault("phrase: any of its words starts anew", TEXT,
          "if (matched < wanted_.size()) matched = advance(matched, token);",
          "if (matched < wanted_.size()) matched += wanted_[matched] == token;"),
    Fault("index, except: values after the last excluded one are left out", FIND,
          "return give(OrdinalRange{first, section_.value_count()});",
          "return give(OrdinalRange{first, first});"),
    Fault("index, geo: an area ends at the antimeridian", GEO,
          "for (const double turn : {0.0, -360.0, 360.0})", "for (const double turn : {0.0, 0.0})"),
    Fault("validity: old entries of a tail speak for their rows", SETS,
          "rows_.alive(row) && rows_.written_at(row) == interval.high", "rows_.alive(row)"),
    Fault("validity: old entries of a run speak for their rows", SETS,
          "out.or_with_both(*known, rows_.written_in(run->interval()));",
          "out.or_with_both(*known, rows_.live_rows());"),
    Fault("validity: sets of rows stay as they were", ROW_CACHE,
          "if (leaf < leaf_count(rows)) out.set_word(", "if (leaf > leaf_count(rows)) out.set_word("),
    Fault("other values of a field are no values", ASK,
          "std::nullopt, RowFact{RowFact::Kind::other}, false}", "std::nullopt, std::nullopt, false}"),
    Fault("rows with several values at the path are counted as one", ASK,
          "RowFact{RowFact::Kind::several}", "std::nullopt"),
    Fault("text: tokens of several strings are one string", ASK,
          "if (!one_is_enough) out->sure_if", "if (one_is_enough) out->sure_if"),
    Fault("must: what is possible is sure", SETS,
          "if (sure) sure->and_with(by.surely());", "if (sure) sure->and_with(by.possible);"),
    Fault("should: only sure rows are possible", SETS,
          "possible.or_with(by.possible);", "possible.or_with(by.surely());"),
    Fault("must_not: what may match is let through", SETS,
          "out.sure->and_not(of.possible);", "out.sure->and_not(of.surely());"),
    Fault("must_not: rows that no index covers are let through", SETS,
          "        if (question.negated) out.sure->and_not(*open);\n", ""),
    Fault("rows that no index covers match nothing", SETS,
          "out.or_with(rows_.written_in({field.covered_until, UINT64_MAX}));", ""),
    Fault("min_should: a row counts twice", SETS,
          "for (size_t level = levels.size(); level-- > 1;) {",
          "for (size_t level = 1; level < levels.size(); ++level) {"),
    Fault("kept answers: other lookups give the same rows", SETS,
          'base::cat(run.id(), ":", index::lookup_bytes(lookup))', 'base::cat(run.id(), ":")'),
    Fault("order_by: dead rows stay", ORDER,
          "return of.rows.alive(row) && interval.contains(of.rows.written_at(row)) &&",
          "return of.rows.alive(row) &&"),
]


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--operations", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only faults whose name has these words")
    parser.add_argument("--check", action="store_true", help="only look for the old texts")
    return parser.parse_args()


def run(words, **more):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **more)


def must(words, **more):
    done = run(words, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}\n{done.stdout[-4000:]}")
    return done.stdout


def copy_sources():
    shutil.rmtree(SOURCE, ignore_errors=True)
    os.makedirs(SOURCE)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", SOURCE], input=archive.stdout, check=True)
    environment = dict(os.environ, CC="gcc", CXX="g++")
    must(["meson", "setup", BUILD, SOURCE, *CONFIGURE], env=environment)


def library():
    """The path of libgrape.so, which ninja also takes as the name of the target."""
    targets = json.loads(must(["meson", "introspect", "--targets", BUILD]))
    return next(target["filename"][0] for target in targets
                if target["name"] == "grape" and target["type"] == "shared library")


def build_and_ask(path, args, operations):
    """What the differential test prints with the sources as they are now."""
    must(["ninja", "-C", BUILD, os.path.relpath(path, BUILD)])
    test = os.path.join(HERE, "differential_test.py")
    return run([sys.executable, "-B", test, path, "--operations", str(operations), "--seed",
                str(args.seed)])


def plant(fault, root):
    """The old content of the file, or None when the text is not there exactly once."""
    name = os.path.join(root, fault.path)
    if not os.path.exists(name):
        return None
    with open(name, encoding="utf-8") as file:
        content = file.read()
    return content if content.count(fault.old) == 1 else None


def write(root, path, content):
    with open(os.path.join(root, path), "w", encoding="utf-8") as file:
        file.write(content)


def find(fault, path, args):
    """Empty when the fault was found, else what went wrong."""
    content = plant(fault, SOURCE)
    if content is None:
        return f"{fault.path} does not have its text once; adapt the table"
    write(SOURCE, fault.path, content.replace(fault.old, fault.new))
    try:
        done = build_and_ask(path, args, args.operations)
    finally:
        write(SOURCE, fault.path, content)
    where = re.search(rf"^{FOUND}.*$", done.stdout, re.M)
    if done.returncode == 0 or where is None:
        return "not found\n" + done.stdout[-1500:]
    print(f"  {where.group(0)}")
    return ""


def finish(passed, failed):
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


def main():
    args = options()
    chosen = [fault for fault in FAULTS if args.only in fault.name]
    if args.check:
        gone = [fault for fault in chosen if plant(fault, ROOT) is None]
        for fault in gone:
            print(f"FAILED: {fault.name}: {fault.path} does not have its text once")
        return finish(len(chosen) - len(gone), len(gone))
    copy_sources()
    path = library()
    sound = build_and_ask(path, args, 1500)
    if sound.returncode != 0 or "skipped: " in sound.stdout:
        sys.exit(f"without a planted fault:\n{sound.stdout}")
    failed = 0
    for fault in chosen:
        started = time.monotonic()
        wrong = find(fault, path, args)
        failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'found '} {fault.name}: "
              f"{wrong or f'{time.monotonic() - started:.0f} s'}", flush=True)
    return finish(len(chosen) - failed, failed)


if __name__ == "__main__":
    sys.exit(main())
