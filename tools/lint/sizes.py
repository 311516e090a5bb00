"""Sizes of files and functions, with a ratchet for what was already too large.

tools/lint/ratchet.txt holds `PATH LINES` and `PATH:FUNCTION LINES`: such a one may shrink, and its
line must then be lowered, but never grow. A function may be longer than the limit when a line
`// long: REASON` (`# long:` in Python) stands right before it.
"""

import re
import statistics

import functions
from tree import CPP_ENDINGS, Problem, SCRIPT_ENDINGS

RATCHET = "tools/lint/ratchet.txt"
FILE_WARN, FILE_MAX = 400, 600
HEADER_MAX = 200
FUNCTION_MAX = 70
# The header of the C ABI is its manual, and grape.hpp is one file by promise.
LONG_HEADERS = ("capi/include/", "bindings/cpp/")
REASON = re.compile(r"^\s*(//|#) long: \S+")


def check(tree):
    ratchet = read_ratchet(tree)
    for path in measured(tree):
        yield from check_file(tree, path, ratchet)
        for function in functions_of(tree, path):
            yield from check_function(tree, path, function, ratchet)
    for name, (line, _) in ratchet.items():
        yield Problem(RATCHET, line, f"{name} is within the limits or gone; remove this line")


def measured(tree):
    return tree.having(CPP_ENDINGS + SCRIPT_ENDINGS)


def read_ratchet(tree):
    found = {}
    if tree.exists(RATCHET):
        for number, text in enumerate(tree.lines(RATCHET), 1):
            words = text.split("#")[0].split()
            if len(words) == 2 and words[1].isdigit():
                found[words[0]] = (number, int(words[1]))
    return found


def over(name, size, limit, ratchet):
    """A complaint when `size` is over the limit and over what the ratchet allows."""
    if size <= limit:
        return None
    line, allowed = ratchet.pop(name, (0, 0))
    if allowed == 0:
        return f"{size} lines; the limit is {limit}"
    if size > allowed:
        return f"{size} lines; it had {allowed} and may only shrink"
    if size < allowed:
        return f"{size} lines, fewer than before; lower it in {RATCHET}:{line}"
    return None


def check_file(tree, path, ratchet):
    size = len(tree.lines(path))
    header = path.endswith((".h", ".hpp")) and not path.startswith(LONG_HEADERS)
    limit = HEADER_MAX if header else FILE_MAX
    if path.startswith(LONG_HEADERS):
        return
    complaint = over(path, size, limit, ratchet)
    if complaint:
        yield Problem(path, size, f"{complaint}; split it by what a reader asks of it")


def functions_of(tree, path):
    if path.endswith(CPP_ENDINGS):
        return functions.cpp_functions(tree.code(path))
    if path.endswith(".py"):
        try:
            return functions.python_functions(tree.text(path))
        except SyntaxError:
            return []
    return []


def check_function(tree, path, function, ratchet):
    lines = tree.lines(path)
    if function.first >= 2 and REASON.match(lines[function.first - 2]):
        return
    size = function.last - function.first + 1
    complaint = over(f"{path}:{function.name}", size, FUNCTION_MAX, ratchet)
    if complaint:
        yield Problem(path, function.first,
                      f"{function.name}: {complaint}; move steps into functions with names, or put "
                      "`// long: reason` right before it")


def warnings(tree):
    for path in measured(tree):
        size = len(tree.lines(path))
        if FILE_WARN < size and not path.startswith(LONG_HEADERS):
            yield Problem(path, size, f"{size} lines; aim at 100 to {FILE_WARN}")


def summary(tree):
    files = [len(tree.lines(path)) for path in tree.cpp()]
    sizes = [f.last - f.first + 1 for path in tree.cpp() for f in functions_of(tree, path)]
    if not files or not sizes:
        return "no C or C++ files"
    return (f"{len(files)} C and C++ files, median {statistics.median(files):.0f} lines, largest "
            f"{max(files)}; {len(sizes)} functions, median {statistics.median(sizes):.0f} lines, "
            f"largest {max(sizes)}")
