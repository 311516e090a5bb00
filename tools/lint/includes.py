"""How headers are written and included: #pragma once, own header first, paths from the root."""

import os

import layers
from tree import Problem

# Headers that C compilers read, or that stand in other people's trees: classic guards.
GUARDED = ("capi/include/",) + layers.USERS


def check(tree):
    for path in tree.headers():
        yield from check_guard(tree, path)
    for path in tree.cpp():
        found = list(layers.includes(tree, path))
        yield from check_own_first(tree, path, found)
        yield from check_rooted(tree, path, found)


def check_guard(tree, path):
    code = tree.code(path)
    if path.startswith(GUARDED):
        if "#ifndef " not in code and "#pragma once" not in code:
            yield Problem(path, 1, "a public header needs an include guard: #ifndef GRAPE_...")
    elif "#pragma once" not in code:
        yield Problem(path, 1, "a header begins with #pragma once")


def check_own_first(tree, path, found):
    stem, ending = os.path.splitext(path)
    own = stem + ".h"
    if ending not in (".cc", ".c") or not tree.exists(own) or not found:
        return
    line, _, name = found[0]
    if layers.find_own(tree, name, path) != own:
        yield Problem(path, line, f'the first include must be its own header, "{own}", so that the '
                                  "header is known to need nothing before it")


def check_rooted(tree, path, found):
    for line, kind, name in found:
        beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
        known = name.endswith("_generated.h") or layers.find_own(tree, name, path)
        if kind == '"' and not known:
            hint = f'write "{beside}"' if tree.exists(beside) else "there is no such file"
            yield Problem(path, line, f'"{name}" is not a path from the root; {hint}')
        elif kind == "<" and tree.exists(name) and "/" in name:
            yield Problem(path, line, f'our own headers go in quotes: "{name}"')
