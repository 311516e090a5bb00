#!/usr/bin/env python3
"""Checks that a library compiled for one CPU target defines nothing but its kernel table.

A function with external linkage in such a file, say an inline one of the standard library, could be
the copy that the linker keeps for the whole program, and would stop it on CPUs without the target.

usage: target_symbols.py LIBRARY...
"""

import subprocess
import sys


def defined_symbols(library):
    text = subprocess.run(["nm", "-C", "--extern-only", "--defined-only", library], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    lines = [line.split(None, 2) for line in text.splitlines()]
    return [fields[2] for fields in lines if len(fields) == 3]


def main():
    libraries = sys.argv[1:]
    failed = 0
    for library in libraries:
        symbols = defined_symbols(library)
        is_right = len(symbols) == 1 and symbols[0].endswith("_kernels")
        if not is_right:
            print(f"{library}: defines {symbols}; only one kernel table is allowed")
        failed += not is_right
    print(f"{len(libraries) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not libraries else 0


if __name__ == "__main__":
    sys.exit(main())
