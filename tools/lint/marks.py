"""What must not stay in a text: marks without an issue, tabs, blanks at line ends, own paths."""

import re

from tree import Problem

# Makefiles and Go need tabs; pictures and data are not ours to format.
TEXT_ENDINGS = (".h", ".hpp", ".c", ".cc", ".py", ".sh", ".md", ".txt", ".fbs", ".build", ".map",
                ".yml", ".yaml", ".toml")
TEXT_NAMES = ("dev", ".ci/run", "meson_options.txt", "NOTICE", ".editorconfig", ".gitignore")
LICENCES = ("LICENSE",)
# Written in two parts, so that this file does not find itself.
MARK = re.compile(r"\b(FIX" r"ME|XX" r"X|HA" r"CK)\b")
OPEN = re.compile(r"\bTO" r"DO\b(?!\(#\d+\))")
HOME = re.compile(r"(?<![\w.~/-])/(home|root|Users)/\w")


def check(tree):
    for path in tree.paths:
        if path.endswith(TEXT_ENDINGS) or path in TEXT_NAMES:
            if not path.rpartition("/")[2].startswith(LICENCES):
                yield from check_text(tree, path)


def check_text(tree, path):
    text = tree.text(path)
    for number, line in enumerate(text.split("\n"), 1):
        if MARK.search(line):
            yield Problem(path, number, "a mark that something is unfinished; finish it, or open an "
                                        "issue and write TO" "DO(#number)")
        if OPEN.search(line):
            yield Problem(path, number, "a mark without an issue; write TO" "DO(#number)")
        if "\t" in line:
            yield Problem(path, number, "a tab; indent with blanks")
        if line != line.rstrip():
            yield Problem(path, number, "blanks at the end of the line; remove them")
        if HOME.search(line):
            yield Problem(path, number, "a path of one person's machine; make it relative")
    if text and not text.endswith("\n"):
        yield Problem(path, text.count("\n") + 1, "no newline at the end of the file; add it")
    if text.endswith("\n\n"):
        yield Problem(path, len(text.rstrip("\n").split("\n")), "empty lines at the end of the file; remove them")
