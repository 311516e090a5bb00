#!/usr/bin/env python3
"""Runs the demo as a person and as a log would, and checks what it says: demo_test.py DEMO."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

from cases import run_cases

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from terminal import open_terminal, read_terminal  # noqa: E402

DEMO = os.path.abspath(sys.argv[1])
ANY_ESCAPE = "\x1b"
COLOUR = re.compile(r"\x1b\[[0-9;]+m")
CLEAR_LINE = "\x1b[K"
COLUMNS = 72


def environment(folder, **more):
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    return dict(kept, TMPDIR=folder, TERM="xterm", LC_ALL="C.UTF-8", **more)


def run(folder, *arguments):
    return subprocess.run([DEMO, *arguments], env=environment(folder), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


def run_on_terminal(folder, *arguments, **more):
    """What a terminal of 72 columns gets; (exit code, text)."""
    master, slave = open_terminal(COLUMNS)
    process = subprocess.Popen([DEMO, *arguments], env=environment(folder, **more), stdin=slave,
                               stdout=slave, stderr=slave)
    os.close(slave)
    text = read_terminal(master)
    return process.wait(), text


def number(text, pattern):
    return int(re.search(pattern, text).group(1).replace(",", ""))


def in_a_log_it_shows_everything_and_leaves_nothing(folder):
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    text = done.stdout
    assert done.stderr == "" and ANY_ESCAPE not in text and "\r" not in text
    assert "40 first, 64 in five, 70 in ten" in text
    for heading in ("Import", "Describe a word", "Search by example", "mistake", "How fast",
                    "Close, and open again", "Kill it"):
        assert re.search(rf"^{heading}|^A request with a {heading}", text, re.M), heading
    # Asked before and after reopening, with the same answers.
    asked = re.findall(r'"ceremony in which two people marry".*\n((?:  [01]\.\d{4} .*\n){3})', text)
    assert len(asked) == 2 and asked[0] == asked[1]
    assert re.match(r"  0\.8\d+  wedding", asked[0])
    assert re.search(r"like point \d+, guitar.*\n  0\.\d+  mandolin", text)
    assert "has 384 dimensions, got 3" in text and 'unknown member "limmit"' in text
    assert re.search(r"[\d,]+ points/s", text) and re.search(r"\(p50\).*\(p99\)", text)
    acknowledged = number(text, r"acknowledged +([\d,]+) points")
    found = number(text, r"found +([\d,]+) points +every")
    assert 7000 <= acknowledged <= found <= 15017
    assert os.listdir(folder) == []


def at_a_terminal_it_has_colour_and_keeps_to_the_width(folder):
    code, text = run_on_terminal(folder)
    assert code == 0, text
    assert COLOUR.search(text) and CLEAR_LINE in text
    plain = COLOUR.sub("", text).replace(CLEAR_LINE, "")
    for line in re.split(r"[\r\n]+", plain):
        # What names the request of the caller stays in one piece.
        if not line.lstrip().startswith('{"query_points"'):
            assert len(line) <= COLUMNS, line


def no_color_is_heeded_and_kept_databases_stay(folder):
    kept = os.path.join(folder, "kept")
    code, text = run_on_terminal(folder, "--keep", kept, NO_COLOR="1")
    assert code == 0, text
    assert not COLOUR.search(text)
    assert sorted(os.listdir(kept)) == ["killed.grape", "words.grape"]
    again = run(folder, "--keep", kept)
    assert again.returncode == 1 and "is there already" in again.stderr


def wrong_options_are_refused_with_the_usage(folder):
    for arguments in (["--kepe", "x"], ["--keep"], ["words"]):
        done = run(folder, *arguments)
        assert done.returncode == 2 and done.stderr.startswith("usage:") and done.stdout == ""
    assert run(folder, "--help").stdout.startswith("usage:")


def damaged_data_is_named(folder):
    data = os.path.join(folder, "data")
    source = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__)))), "examples", "demo", "data")
    shutil.copytree(source, data)
    vectors = os.path.join(data, "definitions.npy")
    whole = os.path.getsize(vectors)
    for size, reason in ((whole - 2, "as its shape says"), (40, "ends inside its header"),
                         (0, "is not a .npy file")):
        os.truncate(vectors, size)
        done = run(folder, "--data", data)
        assert done.returncode == 1 and "definitions.npy" in done.stderr, done.stderr
        assert reason in done.stderr, done.stderr


CASES = [in_a_log_it_shows_everything_and_leaves_nothing,
         at_a_terminal_it_has_colour_and_keeps_to_the_width,
         no_color_is_heeded_and_kept_databases_stay,
         wrong_options_are_refused_with_the_usage,
         damaged_data_is_named]


def in_a_folder(case):
    with tempfile.TemporaryDirectory() as folder:
        case(folder)


if __name__ == "__main__":
    sys.exit(run_cases(CASES, in_a_folder))
