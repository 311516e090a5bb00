"""Files that nothing uses: sources that no meson.build names, headers that nobody includes, pages
that no other page links to, scripts that nothing calls."""

import os
import re

import layers
from tree import HEADER_ENDINGS, Problem

LINK = re.compile(r"\]\(([^)#\s]+)")
# Where a reader begins; these need no link.
DOORS = ("README.md", "CHANGELOG.md")
# Sources that other build systems compile.
FOREIGN_BUILDS = ("bindings/go/", "bindings/java/", "bindings/rust/", "bindings/python/",
                  "bindings/node/", "packaging/")


def check(tree):
    yield from check_sources(tree)
    yield from check_headers(tree)
    yield from check_pages(tree)
    yield from check_scripts(tree)


def check_sources(tree):
    builds = {os.path.dirname(path): tree.text(path) for path in tree.paths
              if os.path.basename(path) == "meson.build"}
    for path in tree.having((".cc", ".c")):
        if not path.startswith(FOREIGN_BUILDS) and not is_named(path, builds):
            yield Problem(path, 1, "no meson.build names this source; add it, or remove the file")


def is_named(path, builds):
    """A meson.build names a source by its path from its own folder, often without the ending
    where a loop adds it, or by a stem and a list of endings (distance_ + target)."""
    folder = os.path.dirname(path)
    while True:
        if folder in builds:
            below = os.path.relpath(path, folder)
            stem = os.path.splitext(below)[0]
            text = builds[folder]
            if re.search(rf"['/]{re.escape(below)}'|'{re.escape(stem)}'", text):
                return True
            front, _, back = stem.rpartition("_")
            if front and f"'{front}_'" in text and f"'{back}'" in text:
                return True
        if not folder:
            return False
        folder = os.path.dirname(folder)


def check_headers(tree):
    included = {layers.find_own(tree, name, path) for path in tree.cpp()
                for _, _, name in layers.includes(tree, path)}
    for path in tree.having(HEADER_ENDINGS):
        if path not in included and not layers.is_public(path) \
                and not path.startswith(FOREIGN_BUILDS):
            yield Problem(path, 1, "nothing includes this header; use it, or remove it")


def check_pages(tree):
    linked = set()
    for path in tree.having(".md"):
        for target in LINK.findall(tree.text(path)):
            joined = os.path.normpath(os.path.join(os.path.dirname(path), target))
            if joined != path:
                linked.add(joined)
            if "://" not in target and not target.startswith("mailto:") \
                    and not exists(tree, joined):
                yield Problem(path, find_line(tree, path, target),
                              f"the link to {target} leads nowhere; correct it")
    for path in tree.having(".md"):
        if path not in linked and path not in DOORS:
            yield Problem(path, 1, "no page links here; link it from the page that a reader comes "
                                   "from (docs: HACKING.md or ARCHITECTURE.md)")


def exists(tree, path):
    return tree.exists(path) or os.path.exists(os.path.join(tree.root, path))


def find_line(tree, path, target):
    return next((number for number, line in enumerate(tree.lines(path), 1)
                 if f"]({target}" in line), 1)


def check_scripts(tree):
    texts = [(path, tree.text(path)) for path in tree.paths
             if path.endswith((".py", ".sh", ".build", ".md", ".yml")) or path in ("dev", ".ci/run")]
    for path in tree.having((".py", ".sh")):
        name = os.path.basename(path)
        # A Python module is imported by its name without the ending.
        word = re.compile(rf"\b{re.escape(name)}|\bimport\b.*\b{re.escape(name[:-3])}\b|"
                          rf"\bfrom {re.escape(name[:-3])}\b")
        if name in ("__init__.py", "conftest.py") or path.startswith(FOREIGN_BUILDS):
            continue
        if not any(word.search(text) for other, text in texts if other != path):
            yield Problem(path, 1, "nothing calls this script; call it from ./dev or a meson.build")
