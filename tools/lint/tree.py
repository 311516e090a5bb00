"""The files that lint looks at, and their text without comments or strings.

A Tree is read-only; checks yield Problem values, one for each place.
"""

import collections
import functools
import os
import re
import subprocess

Problem = collections.namedtuple("Problem", "path line text")

CPP_ENDINGS = (".h", ".hpp", ".cc", ".c")
HEADER_ENDINGS = (".h", ".hpp")
SCRIPT_ENDINGS = (".py", ".sh")

# Comments and literals; a quote after a digit separates thousands.
TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r'|R"(?P<raw>[^\s()\\]{0,16})\(.*?\)(?P=raw)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.S)


def blank(text):
    """As many lines, nothing on them."""
    return "\n" * text.count("\n")


class Tree:
    """All files of a checkout: what git knows and what it would add, or all where git is not."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.paths = sorted(self._list())

    def _list(self):
        names = self._git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        if names is None:
            return self._walk()
        return [name for name in names.split("\0") if name and os.path.isfile(self._full(name))]

    def _walk(self):
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if not f.startswith((".git", "build", "__pycache__"))]
            found += [os.path.relpath(os.path.join(folder, f), self.root) for f in files]
        return found

    def _full(self, path):
        return os.path.join(self.root, path)

    def _git(self, *arguments):
        """Output of git here; None when this is no checkout of its own."""
        if not os.path.exists(os.path.join(self.root, ".git")):
            return None
        run = subprocess.run(["git", "-C", self.root, *arguments], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=False)
        return run.stdout.decode("utf-8", "replace") if run.returncode == 0 else None

    def git(self, *arguments):
        return self._git(*arguments)

    def exists(self, path):
        return path in self._set()

    @functools.lru_cache(maxsize=None)
    def _set(self):
        return frozenset(self.paths)

    def having(self, endings):
        return [path for path in self.paths if path.endswith(endings)]

    def cpp(self):
        return self.having(CPP_ENDINGS)

    def headers(self):
        return self.having(HEADER_ENDINGS)

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        """The file, or nothing when it is no text."""
        with open(self._full(path), "rb") as file:
            data = file.read()
        if b"\0" in data[:4096]:
            return ""
        return data.decode("utf-8", "replace")

    def lines(self, path):
        return self.text(path).splitlines()

    @functools.lru_cache(maxsize=None)
    def code(self, path):
        """C or C++ without comments, strings emptied; the lines keep their numbers."""
        return TOKEN.sub(_without_strings, self.text(path))

    @functools.lru_cache(maxsize=None)
    def uncommented(self, path):
        """C or C++ without comments, strings kept."""
        return TOKEN.sub(_without_comments, self.text(path))


def _without_comments(match):
    return " " + blank(match.group()) if match.group("comment") else match.group()


def _without_strings(match):
    if match.group("comment"):
        return " " + blank(match.group())
    quote = match.group()[-1]
    return quote + quote + blank(match.group())


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
