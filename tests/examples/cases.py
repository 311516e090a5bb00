"""Runs a list of cases, and counts them."""

import traceback


def run_cases(cases, call):
    """`call` runs one case. The exit code: 1 when one failed."""
    failed = 0
    for case in cases:
        try:
            call(case)
        except Exception as problem:  # pylint: disable=broad-except
            traceback.print_exc()
            print(f"FAILED {case.__name__}: {problem}")
            failed += 1
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0
