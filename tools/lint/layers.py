"""Who may include whom: the includes and the meson.build files against layers.txt."""

import fnmatch
import os
import re

from tree import HEADER_ENDINGS, Problem, line_of

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
TABLE = "tools/lint/layers.txt"
# The public headers have short names: the C ABI, and the C++ wrapper over it.
PUBLIC = "grape.h"
# Code as users write it: it does not know the tree's root and names files beside itself.
USERS = ("tests/capi/", "bindings/", "examples/")
SYSTEM_FOLDERS = ("sys/", "linux/", "netinet/", "arpa/", "sanitizer/", "bits/")


class Layers:
    """The table: folder -> what it may include, and third-party header -> who may include it."""

    def __init__(self, text):
        self.folders = {}
        self.uses = {}
        for line in text.splitlines():
            line = line.split("#")[0].strip()
            if not line:
                continue
            name, _, allowed = line.partition(":")
            table = self.uses if name.startswith("use ") else self.folders
            table[name.removeprefix("use ").strip()] = allowed.split()

    def folder_of(self, path):
        """The longest folder of the table that `path` lies in; None when there is none."""
        fitting = [name for name in self.folders if path.startswith(name + "/")]
        return max(fitting, key=len, default=None)

    def allows(self, folder, target):
        """`target` is a header's path from the root."""
        for allowed in self.folders[folder]:
            if allowed in ("all", target) or is_public(target) and allowed == PUBLIC:
                return True
            if not allowed.endswith(HEADER_ENDINGS) and self.folder_of(target) == allowed:
                return True
        return False

    def owners(self, header):
        """Who may include a third-party header; None when the table does not have it."""
        for prefix, owners in self.uses.items():
            if header.startswith(prefix) or fnmatch.fnmatchcase(header, prefix):
                return owners
        return None


def is_public(target):
    return target.startswith(("capi/include/grape/", "bindings/cpp/"))


def includes(tree, path):
    """(line, kind, name) of each include; the kind is < or a quote."""
    text = tree.uncommented(path)
    for match in INCLUDE.finditer(text):
        yield line_of(text, match.start()), match.group(1), match.group(2)


def find_own(tree, name, includer=""):
    """The path of one of our headers; None when it is somebody else's."""
    candidates = [name]
    if includer.startswith(USERS):
        candidates.append(os.path.normpath(os.path.join(os.path.dirname(includer), name)))
    if "grape" in name:
        candidates += ["capi/include/" + name, "capi/include/grape/" + name,
                       "bindings/cpp/" + os.path.basename(name)]
    return next((path for path in candidates if tree.exists(path)), None)


def check(tree):
    layers = Layers(tree.text(TABLE))
    for path in tree.cpp():
        for line, _, name in includes(tree, path):
            yield from check_include(tree, layers, path, line, name)
    yield from check_meson(tree, layers)


def check_include(tree, layers, path, line, name):
    target = find_own(tree, name, path)
    folder = layers.folder_of(path)
    if folder is None:
        if target is not None and "/" in path:
            yield Problem(path, line, f"its folder is not in {TABLE}; add a line for it")
    elif target is None:
        yield from check_foreign(layers, path, line, name)
    elif layers.folder_of(target) != folder and not layers.allows(folder, target):
        allowed = " ".join(layers.folders[folder]) or "nothing of ours"
        yield Problem(path, line, f"{folder} must not include {name}: {TABLE} allows it {allowed}; "
                                  "pass the thing in, or move the code to the layer that owns it")


def check_foreign(layers, path, line, name):
    owners = layers.owners(name)
    if owners is not None:
        if not any(fnmatch.fnmatchcase(path, owner) for owner in owners):
            yield Problem(path, line, f"<{name}> is only for {' '.join(owners)}; "
                                      "use what that folder offers")
    elif "/" in name and not name.startswith(SYSTEM_FOLDERS):
        yield Problem(path, line, f"{name} is neither in the tree nor in {TABLE}; "
                                  "correct the path, or add a `use` line with its one owner")


# Edges between the libraries: base_dep, vector_dep, ...
DECLARED = re.compile(r"^\s*(\w+_dep)\s*=\s*declare_dependency\(", re.M)
NAMED = re.compile(r"\b(\w+_dep)\b")


def meson_graph(tree):
    """Folder of each *_dep variable, and (folder, line, variable) of each use."""
    homes, uses = {}, []
    for path in tree.paths:
        if os.path.basename(path) != "meson.build":
            continue
        text = re.sub(r"#[^\n]*", "", tree.text(path))
        folder = os.path.dirname(path)
        own = set(DECLARED.findall(text))
        homes.update({name: folder for name in own})
        uses += [(folder, line_of(text, found.start()), found.group(1))
                 for found in NAMED.finditer(text) if found.group(1) not in own]
    return homes, uses


def reach(edges, folder):
    seen, todo = set(), [folder]
    while todo:
        for target in edges.get(todo.pop(), ()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def check_meson(tree, layers):
    homes, uses = meson_graph(tree)
    edges = {}
    for folder, line, variable in uses:
        target = homes.get(variable)
        source = layers.folder_of(folder + "/")
        if target is None or source is None:
            continue
        edges.setdefault(source, set()).add(layers.folder_of(target + "/") or target)
        if not edge_allowed(layers, source, layers.folder_of(target + "/")):
            yield Problem(folder + "/meson.build", line,
                          f"{variable} makes {source} depend on {target}, which {TABLE} forbids")
    yield from missing_edges(tree, layers, edges, set(homes.values()))


def edge_allowed(layers, source, target):
    """Linking is allowed where any header of the target may be included."""
    if source == target or target is None or "all" in layers.folders[source]:
        return True
    return any(allowed == target or allowed.startswith(target + "/") or
               allowed == PUBLIC and target in ("capi", "bindings")
               for allowed in layers.folders[source])


def missing_edges(tree, layers, edges, libraries):
    """An include of a whole layer must stand in meson.build too; one header may be an interface."""
    told = set()
    for path in tree.cpp():
        source = layers.folder_of(path)
        if source is None or source not in {layers.folder_of(lib + "/") for lib in libraries}:
            continue
        for line, _, name in includes(tree, path):
            target = layers.folder_of(find_own(tree, name, path) or "")
            if target in (None, source) or target not in layers.folders[source]:
                continue
            if target not in reach(edges, source) and (source, target) not in told:
                told.add((source, target))
                yield Problem(path, line, f"{source}/meson.build does not name {target} in its "
                                          "`dependencies:`; add its _dep")
