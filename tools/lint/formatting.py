"""clang-format over all C and C++ files; the version is fixed, since versions differ."""

import re
import shutil
import subprocess

from tree import Problem

PROGRAM = "clang-format-14"
COMPLAINT = re.compile(r"^(.*?):(\d+):\d+: error: code should be clang-formatted", re.M)


def check(tree):
    paths = tree.cpp()
    if not paths or not tree.exists(".clang-format"):
        return
    if shutil.which(PROGRAM) is None:
        yield Problem(".clang-format", 1, f"{PROGRAM} is not installed; ./dev lint installs it")
        return
    run = subprocess.run([PROGRAM, "--dry-run", "-Werror", *paths], cwd=tree.root, check=False,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = set()
    for path, line in COMPLAINT.findall(run.stderr.decode("utf-8", "replace")):
        if path not in told:
            told.add(path)
            yield Problem(path, int(line), "not formatted; run ./dev format")
