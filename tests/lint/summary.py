"""Runs the unittest cases of a file and ends with the line that ./dev test counts."""

import sys
import unittest


def run(module_name):
    suite = unittest.defaultTestLoader.loadTestsFromName(module_name)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    for case, reason in result.skipped:
        print(f"skipped: {case.id().rpartition('.')[2]}: {reason}")
    print(f"{result.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)
