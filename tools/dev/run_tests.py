#!/usr/bin/env python3
"""Runs the tests of a build folder and counts their cases: the end of ./dev test.

Asks Meson which test programs there are, runs them side by side, and ends with one line
`N passed, N failed, N skipped` over all of them. Fails when nothing passed, when a case failed, when
a program died or said nothing, and when a skipped case is not in tests/skips.txt.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

from test_results import Outcome, read_outcome, read_skips

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPS = os.path.join("tests", "skips.txt")
TAIL_LINES = 60
# Checks of the tree, not of the library: a sanitizer finds nothing in them.
TREE_SUITE = "tree"
print_lock = threading.Lock()


def options():
    parser = argparse.ArgumentParser(prog="./dev test", description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--timeout-factor", type=float, default=4, help=argparse.SUPPRESS)
    parser.add_argument("--sanitizer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--filter", default="", help="only tests or cases that contain this text")
    parser.add_argument("--quick", action="store_true", help="leave out the suite `slow`")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def list_tests(args):
    text = subprocess.run(["meson", "introspect", "--tests", args.build], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    tests = []
    for test in json.loads(text):
        # Meson writes a suite as project:suite.
        test["suites"] = {suite.rpartition(":")[2] for suite in test["suite"]}
        if args.quick and "slow" in test["suites"]:
            continue
        if args.sanitizer and TREE_SUITE in test["suites"]:
            continue
        tests.append(test)
    # Long ones first, so that the last core does not wait; what cannot run beside others, last.
    tests.sort(key=lambda test: (not test["is_parallel"], -test["priority"], -test["timeout"]))
    return tests


def is_program_chosen(test, wanted):
    """With a filter: its name fits, or it is a GoogleTest program, whose cases are then chosen."""
    return not wanted or wanted in test["name"] or "unit" in test["suites"]


def environment(test, args, json_path):
    result = dict(os.environ, **test["env"])
    result["GTEST_OUTPUT"] = "json:" + json_path
    result["GTEST_COLOR"] = "no"
    if args.quick:
        result["GRAPE_TEST_QUICK"] = "1"
    if args.filter and args.filter not in test["name"]:
        result["GTEST_FILTER"] = f"*{args.filter}*"
    return result


def run_program(test, args, log_path, json_path):
    """(exit code, timed out): runs in a process group of its own, so that no child stays behind."""
    timeout = test["timeout"] * args.timeout_factor if test["timeout"] > 0 else None
    with open(log_path, "wb") as log:
        process = subprocess.Popen(test["cmd"], env=environment(test, args, json_path),
                                   cwd=test["workdir"] or args.build, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            return process.wait(timeout), False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait(), True


def run_test(test, args, folder):
    base = os.path.join(folder, str(id(test)))
    started = time.monotonic()
    json_path, log_path = base + ".json", base + ".txt"
    try:
        exit_code, timed_out = run_program(test, args, log_path, json_path)
    except OSError as error:
        outcome = Outcome()
        outcome.fail(f"it cannot be started: {error}")
        report(test, outcome, 0, "")
        return outcome
    with open(log_path, encoding="utf-8", errors="replace") as log:
        output = log.read()
    outcome = read_outcome(test["name"], exit_code, timed_out, output, json_path)
    if args.filter and outcome.problems == ["it ran no case at all"]:
        return Outcome()  # a program none of whose cases the filter wants
    report(test, outcome, time.monotonic() - started, output)
    return outcome


def report(test, outcome, seconds, output):
    with print_lock:
        word = "FAILED" if outcome.failed else "ok"
        print(f"{word:6} {test['name']:40} {outcome.passed:5} passed {outcome.failed:3} failed "
              f"{len(outcome.skipped):3} skipped {seconds:7.1f} s", flush=True)
        if outcome.failed:
            for line in output.splitlines()[-TAIL_LINES:]:
                print("    | " + line)
            for problem in outcome.problems:
                print(f"    {test['name']}: {problem}", flush=True)


def run_all(tests, args, folder):
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(max(1, args.jobs)) as pool:
        together = [test for test in tests if test["is_parallel"]]
        outcomes += pool.map(lambda test: run_test(test, args, folder), together)
    for test in tests:
        if not test["is_parallel"]:
            outcomes.append(run_test(test, args, folder))
    return outcomes


def unlisted_skips(outcomes):
    """Complaints about skipped cases that nobody wrote down; says of the others why they skip."""
    skips, problems = read_skips(os.path.join(ROOT, SKIPS))
    for outcome in outcomes:
        for name in outcome.skipped:
            listed = [key for key in skips if fnmatch.fnmatchcase(name, key)]
            if listed:
                print(f"skipped {name}: {skips[listed[0]]}")
            else:
                problems.append(f"{name} was skipped and is not in {SKIPS}; "
                                "make it run, or add `suite.case | reason`")
    return problems


def main():
    args = options()
    args.build = os.path.abspath(args.build)
    tests = [test for test in list_tests(args) if is_program_chosen(test, args.filter)]
    folder = os.path.join(args.build, "results")
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as results:
        outcomes = run_all(tests, args, results)
    problems = unlisted_skips(outcomes)
    for problem in problems:
        print("FAILED " + problem)
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = sum(len(outcome.skipped) for outcome in outcomes)
    if passed == 0:
        print("FAILED no case passed: " + (f"nothing fits {args.filter!r}" if args.filter else
                                           "there are no tests"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 0 if passed and not failed and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
