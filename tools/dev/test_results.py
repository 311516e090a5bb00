"""What one test program did, case by case: from GoogleTest's JSON file, or from what it printed.

A program that is not GoogleTest's (C, Python, shell) ends its output with a line
`N passed, N failed, N skipped`, and prints for each skipped case a line `skipped: NAME: REASON`
(the case is then called PROGRAM.NAME, PROGRAM being the name in meson.build).
"""

import json
import re
import signal

SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped\s*$", re.M)
SKIPPED = re.compile(r"^skipped: ([^:\s]+): *(.*)$", re.M)


class Outcome:
    """Counts of one program, the names of its skipped cases, and what was wrong, in words."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = []
        self.problems = []

    def fail(self, problem):
        self.failed += 1
        self.problems.append(problem)


def read_outcome(name, exit_code, timed_out, output, json_path):
    """The outcome of a program that has ended; `exit_code` is negative after a signal."""
    outcome = Outcome()
    summary = False
    try:
        with open(json_path, encoding="utf-8", errors="replace") as file:
            add_gtest(outcome, json.load(file))
        summary = True
    except FileNotFoundError:
        summary = add_printed(outcome, name, output)
    except (ValueError, KeyError, TypeError) as error:
        outcome.fail(f"its result file cannot be read: {error}")
    judge_end(outcome, exit_code, timed_out, summary)
    return outcome


def judge_end(outcome, exit_code, timed_out, summary):
    """A program must end by itself, say what it counted, and agree with its exit code."""
    if timed_out:
        outcome.fail("it ran out of time")
    elif exit_code < 0:
        outcome.fail(f"it died of signal {signal_name(-exit_code)}")
    elif not summary:
        outcome.fail(f"it ended with code {exit_code} and without a summary")
    elif exit_code != 0 and outcome.failed == 0:
        outcome.fail(f"it ended with code {exit_code} although no case failed")
    elif outcome.passed + outcome.failed + len(outcome.skipped) == 0:
        outcome.fail("it ran no case at all")


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def add_gtest(outcome, report):
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{suite['name']}.{case['name']}"
            if case.get("failures"):
                outcome.fail(name)
            elif case["result"] == "COMPLETED":
                outcome.passed += 1
            elif case["result"] == "SKIPPED":
                outcome.skipped.append(name)
            # DISABLED_ cases are skips that somebody wrote down; a filter's rest is not a skip.
            elif "DISABLED_" in name:
                outcome.skipped.append(name)


def add_printed(outcome, name, output):
    """False when the program printed no summary."""
    found = list(SUMMARY.finditer(output))
    if not found:
        return False
    passed, failed, skipped = (int(count) for count in found[-1].groups())
    outcome.passed += passed
    outcome.failed += failed
    if failed:
        outcome.problems.append(f"{failed} cases, see its output")
    outcome.skipped += [f"{name}.{case}" for case, _ in SKIPPED.findall(output)]
    if len(outcome.skipped) != skipped:
        outcome.fail(f"it counts {skipped} skipped cases and names {len(outcome.skipped)}")
    return True


def read_skips(path):
    """tests/skips.txt: lines `suite.case | reason`; `*` stands for any characters.

    Returns the patterns with their reasons, and what is malformed.
    """
    skips, problems = {}, []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            pattern, bar, reason = (part.strip() for part in line.partition("|"))
            if not (pattern and bar and reason) or pattern == "*":
                problems.append(f"{path}:{number}: write `suite.case | reason`")
            else:
                skips[pattern] = reason
    return skips, problems
