#!/usr/bin/env python3
"""Checks the tree: ./dev lint, and a test. Each message names the place and the remedy.

usage: lint.py [--root FOLDER] [--only CHECK]
"""

import argparse
import os
import sys

import commits
import forbidden
import formatting
import includes
import layers
import locks
import marks
import sizes
import unused
from tree import Tree

CHECKS = {
    "layers": layers.check,
    "includes": includes.check,
    "sizes": sizes.check,
    "forbidden": forbidden.check,
    "locks": locks.check,
    "marks": marks.check,
    "unused": unused.check,
    "commits": commits.check,
    "formatting": formatting.check,
}
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def show(kind, problem):
    place = f"{problem.path}:{problem.line}" if problem.line else problem.path
    print(f"{place}: {kind}: {problem.text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--root", default=ROOT, help="the tree to check")
    parser.add_argument("--only", choices=sorted(CHECKS), help="one check only")
    args = parser.parse_args()
    tree = Tree(args.root)
    failed = 0
    chosen = [args.only] if args.only else list(CHECKS)
    for name in chosen:
        problems = sorted(set(CHECKS[name](tree)))
        for problem in problems:
            show(name, problem)
        failed += bool(problems)
    for problem in sizes.warnings(tree):
        show("warning", problem)
    print(sizes.summary(tree))
    print(f"{len(chosen) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
