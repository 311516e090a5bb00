#!/usr/bin/env python3
"""grape.h and grape.hpp in every language that they promise, with gcc and clang, -pedantic -Werror.

A compiler that is not installed is a skip that is named.
"""

import shutil
import subprocess
import sys
import tempfile

HEADERS, HPP, EXAMPLES = sys.argv[1:4]
FLAGS = ["-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes",
         "-Werror", "-fsyntax-only"]
C = ["c99", "c11"]
CXX = ["c++11", "c++17", "c++20"]
COMPILERS = [("gcc", "c", C), ("clang-14", "c", C), ("g++", "c++", CXX), ("clang++-14", "c++", CXX)]

passed = failed = 0
skipped = []


def compile_text(compiler, language, standard, text, name):
    """One case: `text` as a source file of that language."""
    global passed, failed
    flags = [flag for flag in FLAGS if language == "c" or flag != "-Wstrict-prototypes"]
    command = [compiler, "-std=" + standard, "-x", language, *flags, "-I", HEADERS, "-I", HPP]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as source:
        source.write(text)
        source.flush()
        done = subprocess.run([*command, source.name], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    if done.returncode == 0:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name} {compiler} {standard}\n{done.stdout}")


def example_of_header():
    """The program of section 1 of grape.h."""
    lines = open(HEADERS + "/grape/grape.h", encoding="utf-8").read().splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith(" *     #include"))
    end = next(i for i in range(begin, len(lines)) if lines[i] == " *     }")
    return "\n".join(line[7:] for line in lines[begin:end + 1]) + "\n"


def main():
    twice = "#include <grape/grape.h>\n#include <grape/grape.h>\nextern int unused;\n"
    for compiler, language, standards in COMPILERS:
        if shutil.which(compiler) is None:
            skipped.append(f"{compiler}: is not installed")
            continue
        for standard in standards:
            compile_text(compiler, language, standard, twice, "header")
        if language == "c":
            compile_text(compiler, language, "c99", example_of_header(), "example of grape.h")
        else:
            for standard in ("c++17", "c++20"):
                text = open(EXAMPLES, encoding="utf-8").read()
                compile_text(compiler, language, standard, text, "grape.hpp")
    for reason in skipped:
        print("skipped: " + reason)
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
