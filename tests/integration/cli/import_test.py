#!/usr/bin/env python3
"""grape import with good files, its progress, Ctrl-C and kill: import_test.py GRAPE."""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import time

from cli_support import (GRAPE, count, grape, make, rows, run_cases, start, write, write_lines,
                         write_npy)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))

from terminal import open_terminal, read_terminal  # noqa: E402

UUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"


def points(folder, collection="c"):
    lines = grape(folder, "scroll", "db", collection, "--all", "--vectors", "--json").out
    return [json.loads(line) for line in lines.splitlines()]


def vectors_of(folder, collection="c"):
    return [point["vector"] for point in points(folder, collection)]


def each_type_of_npy_comes_in(folder):
    values = rows(7, 5)
    for descr, name in (("<f4", "float32"), ("<f2", "float16"), ("|u1", "uint8")):
        file = write_npy(folder, values, name=f"{name}.npy", descr=descr)
        done = grape(folder, "import", "db", name, file, "--create", "--distance", "euclid")
        assert done.out.startswith("imported 7 points in "), done.out
        assert vectors_of(folder, name) == values
        params = grape(folder, "info", "db", name, "--json").json()["config"]["params"]["vectors"]
        assert (params["datatype"], params["size"]) == (name, 5)


def each_version_of_npy_comes_in(folder):
    make(folder)
    for version in (1, 2, 3):
        grape(folder, "import", "db", "c", write_npy(folder, rows(2, 3, version), version=version))
        assert vectors_of(folder) == rows(2, 3, version)


def fvecs_and_bvecs_come_in(folder):
    values = rows(2001, 3)
    fvecs = b"".join(struct.pack("<i3f", 3, *row) for row in values)
    grape(folder, "import", "db", "f", write(folder, "v.fvecs", fvecs), "--create", "--distance",
          "euclid")
    assert vectors_of(folder, "f") == values
    bvecs = b"".join(struct.pack("<i3B", 3, *map(int, row)) for row in values)
    grape(folder, "import", "db", "b", write(folder, "v.bvecs", bvecs), "--create", "--distance",
          "euclid")
    assert vectors_of(folder, "b") == values


def an_empty_npy_brings_nothing(folder):
    make(folder)
    done = grape(folder, "import", "db", "c", write_npy(folder, [], shape=(0, 3)), "--json")
    assert done.json()["points"] == 0 and count(folder) == 0


def json_lines_are_points(folder):
    make(folder)
    text = ('\ufeff{"id": 1, "vector": [1, 2, 3], "payload": {"a": [1.0, 1, "\\u00fc\\n"]}}\r\n\n'
            f'{{"payload": null, "vector": [4, 5, 6], "id": "{UUID}", "version": 7}}\n'
            '  {"id": "text", "vector": [7, 8, 9]}')
    grape(folder, "import", "db", "c", write(folder, "p.jsonl", text))
    got = points(folder)
    assert [p["id"] for p in got] == [1, UUID, "text"]
    assert got[0]["payload"] == {"a": [1.0, 1, "\u00fc\n"]}
    assert [p["vector"] for p in got] == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def json_lines_come_from_a_pipe_too(folder):
    make(folder)
    lines = "".join(json.dumps({"id": i, "vector": [1, 2, i]}) + "\n" for i in range(2500))
    done = grape(folder, "import", "db", "c", "-", "--format", "jsonl", "--json",
                 stdin=lines.encode())
    assert done.json()["points"] == 2500 and done.json()["requests"] == 3 and count(folder) == 2500


def any_objects_become_points(folder):
    make(folder)
    lines = [{"word": "oak", "embedding": [1, 2, 3], "n": 1},
             {"n": 2, "embedding": [4, 5, 6], "word": "elm"}]
    name = write_lines(folder, lines)
    grape(folder, "import", "db", "c", name, "--vector-field", "embedding", "--id-field", "word")
    got = points(folder)
    assert [(p["id"], p["payload"], p["vector"]) for p in got] == [
        ("elm", {"n": 2}, [4, 5, 6]), ("oak", {"n": 1}, [1, 2, 3])]
    make(folder, collection="numbered")
    grape(folder, "import", "db", "numbered", name, "--vector-field", "embedding")
    assert [p["id"] for p in points(folder, "numbered")] == [0, 1]
    assert points(folder, "numbered")[1]["payload"] == {"n": 2, "word": "elm"}


def payloads_lie_beside_vectors(folder):
    make(folder)
    values = rows(2500, 3)
    file = write_npy(folder, values)
    lines = [{"key": f"k{i:04}", "i": i} for i in range(2500)]
    payloads = write_lines(folder, lines)
    grape(folder, "import", "db", "c", file, "--payloads", payloads, "--id-field", "key")
    got = points(folder)
    assert [p["payload"] for p in got] == lines and [p["vector"] for p in got] == values
    assert got[17]["id"] == "k0017"
    make(folder, collection="n")
    grape(folder, "import", "db", "n", file, "--payloads", payloads, "--first-id", 10000)
    got = points(folder, "n")
    assert got[0]["id"] == 10000 and got[0]["payload"] == lines[0] and len(got) == 2500


def skip_and_limit_choose_a_part(folder):
    values = rows(50, 3)
    file = write_npy(folder, values)
    payloads = write_lines(folder, [{"i": i} for i in range(50)], "payloads.jsonl")
    lines = write_lines(folder, [{"id": i, "vector": v} for i, v in enumerate(values)])
    for name, words in (("a", [file]), ("b", [file, "--payloads", payloads]), ("c", [lines])):
        make(folder, collection=name)
        grape(folder, "import", "db", name, *words, "--skip", 10, "--limit", 7, "--batch", 3)
        got = points(folder, name)
        assert [p["id"] for p in got] == list(range(10, 17)), (name, got)
        assert [p["vector"] for p in got] == values[10:17]
        grape(folder, "import", "db", name, *words, "--skip", 45)
        assert count(folder, name) == 12
        assert "imported 0 points" in grape(folder, "import", "db", name, *words, "--skip", 99).out
    assert points(folder, "b")[0]["payload"] == {"i": 10}


def a_named_vector_is_filled(folder):
    grape(folder, "create", "db", "c", "--vector", "a:3:euclid", "--vector", "b:2:euclid")
    grape(folder, "import", "db", "c", write_npy(folder, rows(3, 3)), "--using", "a")
    assert points(folder)[0]["vector"] == {"a": rows(1, 3)[0]}
    name = write_lines(folder, [{"id": 0, "vector": [1, 2]}, {"id": 5, "vector": {"b": [3, 4]}}])
    grape(folder, "import", "db", "c", name, "--using", "b")
    assert [p["vector"] for p in points(folder) if p["id"] in (0, 5)] == [{"b": [1, 2]},
                                                                          {"b": [3, 4]}]
    grape(folder, "import", "db", "named", write_npy(folder, rows(3, 3)), "--using", "x", "--create")
    assert list(points(folder, "named")[0]["vector"]) == ["x"]


def each_durability_is_taken(folder):
    make(folder)
    file = write_npy(folder, rows(10, 3))
    for level in ("full", "group", "none"):
        grape(folder, "import", "db", "c", file, "--durability", level)
    grape(folder, "import", "db", "c", file, "--durability", "some", code=2, text="expected full")
    assert count(folder) == 10


def create_leaves_a_collection_alone_that_is_there(folder):
    make(folder)
    file = write_npy(folder, rows(10, 3))
    grape(folder, "import", "db", "c", file, "--create", "--distance", "dot")
    assert "Euclid" in grape(folder, "info", "db", "c").out


def a_log_gets_plain_lines(folder):
    make(folder)
    file = write_npy(folder, rows(100, 3))
    done = grape(folder, "import", "db", "c", file, "--batch", 5)
    lines = done.err.splitlines()
    assert len(lines) == 4, done.err
    assert re.match(r"import: 25 %, 25 of 100 points, [\d,]+/s, \d+ s left$", lines[0]), lines
    assert re.match(r"import: 100 %, 100 of 100 points, [\d,]+/s$", lines[-1]), lines
    for quiet in ("--quiet", "--json"):
        assert grape(folder, "import", "db", "c", file, quiet).err == ""


def a_terminal_gets_a_bar(folder):
    make(folder)
    file = write_npy(folder, rows(100, 3))
    master, slave = open_terminal(60)
    process = subprocess.Popen([GRAPE, "import", "db", "c", file, "--batch", "5"], cwd=folder,
                               stdout=subprocess.PIPE, stderr=slave)
    os.close(slave)
    shown = read_terminal(master)
    out = process.communicate()[0]
    assert process.returncode == 0 and out.startswith(b"imported 100 points"), out
    drawn = shown.split("\r")
    assert re.match(r"\[#*\.+\] 5 %, 5 of 100 points, [\d,]+/s", drawn[1]), drawn
    assert drawn[-1] == "\x1b[K", drawn
    assert all(len(line.replace("\x1b[K", "")) < 60 for line in drawn)


def interrupt_while(folder, process, send):
    """Sends a signal after the first line of progress; (points that are said to be in, error)."""
    assert process.stderr.readline().startswith(b"import: ")
    os.kill(process.pid, send)
    rest = process.stderr.read().decode()
    assert process.wait() == 130, (process.returncode, rest)
    message = rest.strip().splitlines()[-1]
    found = re.search(r"interrupted; (\d+) points are in, go on with --skip (\d+)$", message)
    assert found and found.group(1) == found.group(2), message
    assert count(folder) == int(found.group(1))
    return int(found.group(1))


def ctrl_c_leaves_whole_requests_and_says_how_many(folder):
    make(folder)
    write_npy(folder, rows(40000, 3))
    process = start(folder, "import", "db", "c", "vectors.npy", "--batch", 10)
    there = interrupt_while(folder, process, signal.SIGINT)
    assert there % 10 == 0 and 0 < there < 40000
    grape(folder, "verify", "db")
    grape(folder, "import", "db", "c", "vectors.npy", "--skip", there)
    assert [p["id"] for p in points(folder)] == list(range(40000))


def start_with_a_silent_pipe(folder, number):
    """An import of that many points that waits for more, in requests of 10."""
    make(folder)
    process = start(folder, "import", "db", "c", "-", "--format", "jsonl", "--batch", 10, stdin=-1)
    lines = "".join(json.dumps({"id": i, "vector": [1, 2, i]}) + "\n" for i in range(number))
    process.stdin.write(lines.encode())
    process.stdin.flush()
    return process


def ctrl_c_is_heard_while_a_pipe_is_silent(folder):
    process = start_with_a_silent_pipe(folder, 25)
    assert interrupt_while(folder, process, signal.SIGTERM) in (10, 20)
    process.stdin.close()


def two_signals_at_once_are_one(folder):
    """As `timeout` sends them."""
    process = start_with_a_silent_pipe(folder, 25)
    assert process.stderr.readline().startswith(b"import: ")
    for send in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
        os.kill(process.pid, send)
    assert b"interrupted; " in process.stderr.read()
    assert process.wait() == 130, process.returncode
    process.stdin.close()


def fill_pipe(descriptor):
    """Until whoever writes to it waits."""
    own = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(own, b" ")
    except BlockingIOError:
        os.close(own)


def wait_until_blocked(process):
    """Until its main thread uses no CPU for a while."""
    def ticks():
        with open(f"/proc/{process.pid}/task/{process.pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[11:13]
    before = None
    while before != (before := ticks()):
        time.sleep(0.3)


def a_later_signal_ends_the_program(folder):
    make(folder)
    write_npy(folder, rows(40000, 3))
    out, into = os.pipe()
    process = start(folder, "import", "db", "c", "vectors.npy", "--batch", 10, stderr=into)
    assert os.read(out, 1000).startswith(b"import: 25 %")
    # It waits in the middle of the import, with the next line of progress.
    fill_pipe(into)
    wait_until_blocked(process)
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == -signal.SIGTERM, process.returncode
    process.stdout.close()
    os.close(into)
    os.close(out)
    there = count(folder)
    assert there % 10 == 0 and 10000 <= there < 40000, there
    grape(folder, "verify", "db")


def a_killed_import_leaves_whole_requests(folder):
    make(folder)
    write_npy(folder, rows(40000, 3))
    process = start(folder, "import", "db", "c", "vectors.npy", "--batch", 10)
    assert process.stderr.readline().startswith(b"import: 25 %")
    process.kill()
    process.communicate()
    there = count(folder)
    assert there % 10 == 0 and 10000 <= there < 40000, there
    assert [p["id"] for p in points(folder)] == list(range(there))
    grape(folder, "verify", "db")


if __name__ == "__main__":
    run_cases(sys.modules[__name__])
