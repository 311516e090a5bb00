"""Subjects of commits: `area: verb what`, at most 60 characters, no full stop.

Looks at the last commits of this branch only; a shallow clone does not have them.
"""

import re

from tree import Problem

COUNT = 50
LENGTH_MAX = 60
# An area is a folder or one of a few names; after the colon comes a verb in lower case.
SUBJECT = re.compile(r"^[a-z0-9][a-z0-9_./,-]*(, [a-z0-9_./-]+)*: [a-z0-9`.\"'-]\S*( .*)?$")
RATCHET = "tools/lint/ratchet.txt"


def check(tree):
    if (tree.git("rev-parse", "--is-shallow-repository") or "true").strip() != "false":
        return
    log = tree.git("log", "--no-merges", "--first-parent", f"--max-count={COUNT}",
                   "--format=%h %s") or ""
    # What was pushed cannot be mended; such a commit stands in the ratchet as `commit HASH`.
    excused = re.findall(r"^commit (\w+)", tree.text(RATCHET), re.M) if tree.exists(RATCHET) else []
    for line in log.splitlines():
        commit, _, subject = line.partition(" ")
        if not any(commit.startswith(old[:7]) for old in excused):
            yield from check_subject(commit, subject)


def check_subject(commit, subject):
    where = f"commit {commit}"
    if len(subject) > LENGTH_MAX:
        yield Problem(where, 0, f"its subject has {len(subject)} characters; the limit is "
                                f"{LENGTH_MAX}: put the rest into the body")
    if not SUBJECT.match(subject):
        yield Problem(where, 0, f"its subject is not `area: verb what`, lower case: {subject}")
    if subject.endswith("."):
        yield Problem(where, 0, "its subject ends with a full stop; leave it off")
