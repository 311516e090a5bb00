"""Locks: every file of the library with a mutex stands in the table of docs/threading.md, and the
table names no file that has none."""

import re

from tree import Problem, line_of

PAGE = "docs/threading.md"
DEFINED_IN = "core/base/mutex.h"
MUTEX = re.compile(r"^\s*(?:static )?(?:mutable )?(?:(?:grape::)?(?:base::)?Mutex|std::mutex)\s+"
                   r"\w+\s*(?:;|\[|\{|GRAPE_)", re.M)
ROW = re.compile(r"^\| `([\w/.]+\.(?:h|cc))` \|", re.M)
FOLDERS = ("core/", "storage/", "capi/", "net/")


def check(tree):
    if not tree.exists(PAGE):
        return
    page = tree.text(PAGE)
    listed = {match.group(1): line_of(page, match.start()) for match in ROW.finditer(page)}
    having = set()
    for path in tree.cpp():
        match = None
        if path.startswith(FOLDERS) and path != DEFINED_IN:
            match = MUTEX.search(tree.code(path))
        if match:
            having.add(path)
            if path not in listed:
                line = line_of(tree.code(path), match.end())
                yield Problem(path, line, f"a lock that {PAGE} does not list; add a row that says "
                                          "what it guards and what is taken while it is held")
    for path, line in listed.items():
        if path not in having:
            yield Problem(PAGE, line, f"{path} has no lock; remove the row")
