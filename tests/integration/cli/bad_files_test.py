#!/usr/bin/env python3
"""Files that are not what they should be: each is refused with its name, the place and the reason,
and what was acknowledged before stays. bad_files_test.py GRAPE."""

import json
import os
import struct
import sys

from cli_support import (count, grape, make, npy_bytes, rows, run_cases, write, write_lines,
                         write_npy)

GOOD = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"


def refused(folder, name, data, text, *more, code=4):
    """`grape import --create` refuses the file and leaves nothing behind."""
    write(folder, name, data)
    error = grape(folder, "import", "db", "c", name, "--create", "--json", *more, code=code).error()
    assert error["message"].startswith(name + ": ") and text in error["message"], error
    assert not os.path.exists(os.path.join(folder, "db")), "a database was made for a bad file"


def a_npy_whose_header_is_wrong(folder):
    good = npy_bytes(rows(2, 3))
    for data, text in (
            (b"", "not a .npy file"), (b"\x93NUM", "not a .npy file"), (b"hello world, hello", "not"),
            (good[:9], "not a .npy file"), (good[:40], "is cut off"),
            (npy_bytes([], header="{" + " " * 200, version=1)[:60], "is cut off"),
            (b"\x93NUMPY\x09\x00" + good[8:], "version 9"),
            (npy_bytes([], header="[]"), "cannot be read"),
            (npy_bytes([], header="{"), "cannot be read"),
            (npy_bytes([], header="{}"), "descr, fortran_order and shape are required"),
            (npy_bytes([], header=GOOD.replace("'shape'", "'shap'")), "unknown key 'shap'"),
            (npy_bytes([], header=GOOD.replace("False", "Maybe")), "cannot be read"),
            (npy_bytes([], header=GOOD.replace("(2, 3)", "(2, x)")), "cannot be read"),
            (npy_bytes([], header=GOOD.replace("(2, 3)", "(2, 3")), "cannot be read"),
            (npy_bytes([], header=GOOD.replace("'<f4'", "'<f4")), "cannot be read"),
            (npy_bytes([], header=GOOD.replace("2,", "99999999999999999999999,")), "cannot be read"),
    ):
        refused(folder, "bad.npy", data, text)


def a_npy_of_another_type(folder):
    values = rows(2, 3)
    refused(folder, "bad.npy", npy_bytes(values, "<f8"), "'<f8'; expected '<f4'")
    refused(folder, "bad.npy", npy_bytes(values, "<f8"), ".astype('float32')")
    refused(folder, "bad.npy", npy_bytes(values, ">f4"), "another machine")
    refused(folder, "bad.npy", npy_bytes(values, "|i1"), "dtype: '|i1'")
    refused(folder, "bad.npy", npy_bytes([], header=GOOD.replace("'<f4'", "[('a', '<f4')]")),
            "a structured type")


def a_npy_of_another_shape(folder):
    refused(folder, "bad.npy", npy_bytes([[1, 2, 3]], shape="(3,)"), "shape: 1 dimensions")
    refused(folder, "bad.npy", npy_bytes([[1, 2, 3]], shape=(1, 1, 3)), "shape: 3 dimensions")
    refused(folder, "bad.npy", npy_bytes([[1, 2, 3]], shape="()"), "shape: 0 dimensions")
    refused(folder, "bad.npy", npy_bytes([], shape=(5, 0)), "vectors of 0 elements")
    refused(folder, "bad.npy", npy_bytes([], shape=(1, 65537), data=b"\0" * 262148), "65537")
    refused(folder, "bad.npy", npy_bytes(rows(2, 3), fortran=True), "fortran_order: True")


def a_npy_of_another_size(folder):
    good = npy_bytes(rows(20, 3))
    refused(folder, "bad.npy", good[:-1], "is cut off in row 19")
    refused(folder, "bad.npy", good[:-130], "is cut off in row 9")
    refused(folder, "bad.npy", good + b"x", "1 bytes more than its header says")
    huge = npy_bytes([], shape=(2**62, 65536), data=b"\0" * 100)
    refused(folder, "bad.npy", huge, "is cut off in row 0")


def vecs_that_are_wrong(folder):
    row = struct.pack("<i3f", 3, 1, 2, 3)
    for data, text in ((b"", "is empty"), (b"\3\0", "row 0: is cut off"),
                       (struct.pack("<i", -1) + b"\0" * 12, "row 0: its length is 4294967295"),
                       (struct.pack("<i", 0) * 4, "row 0: its length is 0"),
                       (row * 2 + row[:5], "row 2: is cut off")):
        refused(folder, "bad.fvecs", data, text)
    refused(folder, "bad.bvecs", row * 2 + row[:5], "row 5: is cut off")
    make(folder)
    name = write(folder, "bad.fvecs", row * 2500 + struct.pack("<i3f", 4, 1, 2, 3) + row * 10)
    grape(folder, "import", "db", "c", name, code=4,
          text="bad.fvecs: row 2500: has length 4, the rows before 3; 2000 points are in, "
               "go on with --skip 2000")
    assert count(folder) == 2000


def a_file_of_another_kind(folder):
    refused(folder, "a.npz", b"PK", "numpy.save()")
    refused(folder, "a.jsonl.gz", b"\x1f\x8b", "unpack it first")
    refused(folder, "a.txt", b"x", "expected a name that ends with .npy")
    refused(folder, "noending", b"x", "expected a name that ends with .npy")
    os.mkdir(os.path.join(folder, "folder.npy"))
    grape(folder, "import", "db", "c", "folder.npy", code=4, text="folder.npy: is a directory")
    grape(folder, "import", "db", "c", "gone.npy", code=3, text="gone.npy: No such file")
    grape(folder, "import", "db", "c", "gone.jsonl", code=3, text="gone.jsonl: No such file")
    os.mkfifo(os.path.join(folder, "pipe.npy"))
    make(folder)
    grape(folder, "import", "db", "c", "-", "--format", "npy", stdin=b"x", code=4,
          text="not a regular file")


def a_wrong_row_is_named_and_the_requests_before_stay(folder):
    make(folder, distance="cosine")
    for bad, text in (([1, float("nan"), 3], "vector[1]: NaN"),
                      ([1, 2, float("inf")], "vector[2]: NaN or infinity"),
                      ([0, 0, 0], "vector: a vector of length zero")):
        grape(folder, "delete", "db", "c", "--collection")
        make(folder, distance="cosine")
        values = rows(2600, 3)
        values[2345] = bad
        name = write_npy(folder, values, name="bad.npy")
        error = grape(folder, "import", "db", "c", name, "--json", code=4).error()
        assert error["message"].startswith("bad.npy: row 2345: " + text), error
        assert error["message"].endswith("; 2000 points are in, go on with --skip 2000")
        assert error["points_imported"] == 2000 and error["status"] == "GRAPE_E_INVALID"
        assert count(folder) == 2000
    values[2345] = [1, 2, 3]
    grape(folder, "import", "db", "c", write_npy(folder, values), "--skip", 2000)
    assert count(folder) == 2600


def vectors_of_another_dimension(folder):
    make(folder)
    name = write_npy(folder, rows(5, 4))
    grape(folder, "import", "db", "c", name, code=4,
          text="vectors.npy: row 0: vector: vector '' of collection 'c' has 3 dimensions, got 4; "
               "0 points are in")
    grape(folder, "import", "db", "other", name, code=3, text="no collection 'other'")
    grape(folder, "import", "db", "c", name, "--using", "x", code=4, text="no vector named 'x'")


def a_wrong_line_is_named_and_the_requests_before_stay(folder):
    good = [json.dumps({"id": number, "vector": [1, 2, number]}) for number in range(30)]
    for bad, text in (
            ('{"id": 7, "vector": [1, 2', "line 18: JSON: byte 25: "),
            ('{"id": 7, "vector": [1, 2, 3]} {"id": 8}', "something follows the value"),
            ('{"id": 7, "vector": [1, 2, 3]}, {"id": 8}', "something follows the value"),
            ("[1, 2, 3]", "expected a JSON object"),
            ("hello", "line 18: JSON: byte 0: expected a value"),
            ('{"id": 7, "vector": [1, 2, 03]}', "JSON: byte 28: expected ',' or ']'"),
            ('{"id": 7, "vector": [1, 2, NaN]}', ": expected a value"),
            ('{"id": 7, "vector": [1, 2, 1e999]}', "out of the range"),
            ('{"id": 7, "vector": [1, 2, 1e39]}', "vector[2]: NaN or infinity"),
            ('{"id": 7, "vector": [1, 2, "3"]}', "vector[2]: expected a number, got a string"),
            ('{"id": 7, "vector": [1, 2]}', "3 dimensions, got 2"),
            ('{"id": 7, "vector": {"x": [1, 2, 3]}}', "no vector named 'x'"),
            ('{"id": -7, "vector": [1, 2, 3]}', "id: expected a point id"),
            ('{"id": 18446744073709551616, "vector": [1, 2, 3]}', "id: "),
            ('{"id": "' + "x" * 256 + '", "vector": [1, 2, 3]}', "the limit is 255"),
            ('{"vector": [1, 2, 3]}', "line 18: id: is required"),
            ('{"id": 7, "vector": [1, 2, 3], "payload": 3}', "payload: expected an object"),
            ('{"id": 7, "vector": [1, 2, 3], "extra": 3}', 'unknown member "extra"'),
            ('{"id": 7, "vector": [1, 2, 3], "payload": ' + '{"a":' * 70 + "1" + "}" * 71,
             "more than 64 levels deep"),
            ('{"id": 7, "payload": {"a": "\t"}}', "a raw control character in a string"),
            ('{"id": 7, "payload": {"a": "\\ud800x"}}', "line 18"),
            ('{"id": 7, "payload": {"a": "\\x"}}', "an unknown escape"),
            (b'{"id": 7, "payload": {"a": "\xff"}}', "a string is not UTF-8"),
    ):
        bad = bad if isinstance(bad, bytes) else bad.encode()
        lines = "\n".join(good[:17]).encode() + b"\n" + bad + b"\n" + "\n".join(good[17:]).encode()
        name = write(folder, "bad.jsonl", lines)
        make(folder)
        error = grape(folder, "import", "db", "c", name, "--batch", 5, "--json", code=4).error()
        assert error["message"].startswith("bad.jsonl: line 18: ") and text in error["message"], \
            (bad, error)
        assert error["message"].endswith("; 15 points are in, go on with --skip 15"), error
        assert count(folder) == 15
        grape(folder, "delete", "db", "c", "--collection")


def a_line_that_is_too_long(folder):
    make(folder)
    with open(os.path.join(folder, "long.jsonl"), "wb") as file:
        file.write(b'{"id": 1, "vector": [1, 2, 3]}\n')
        file.truncate((128 << 20) + (2 << 20))
    grape(folder, "import", "db", "c", "long.jsonl", code=4,
          text="long.jsonl: line 2: is longer than 128 MiB")


def a_payload_over_its_limit(folder):
    make(folder)
    lines = [{"id": 1, "vector": [1, 2, 3]},
             {"id": 2, "vector": [1, 2, 3], "payload": {"a": "x" * (5 << 20)}}]
    grape(folder, "import", "db", "c", write_lines(folder, lines), code=4,
          text="points.jsonl: line 2: payload: ")


def payloads_that_do_not_fit_the_rows(folder):
    write_npy(folder, rows(5, 3))
    base = ["import", "db", "c", "vectors.npy", "--create", "--payloads"]
    for lines, text in ((4, "has 4 lines, and vectors.npy has 5 rows"), (6, "has 6 lines, and")):
        write_lines(folder, [{"k": 1}] * lines, "p.jsonl")
        grape(folder, *base, "p.jsonl", code=4, text="p.jsonl: " + text)
    assert not os.path.exists(os.path.join(folder, "db"))
    done = grape(folder, *base, "/dev/stdin", code=4, stdin=b'{"k": 1}\n' * 4)
    assert "ends after line 4" in done.err, done.err
    write(folder, "p.jsonl", '{"k": 1}\n{"k": 2}\n\n{"k": 4}\n{"k": 5}\n')
    grape(folder, *base, "p.jsonl", code=4, text="p.jsonl: line 3: JSON: byte 0: ")
    write(folder, "p.jsonl", '{"k": 1}\n{"k": 2}\n[3]\n{"k": 4}\n{"k": 5}\n')
    grape(folder, *base, "p.jsonl", code=4, text="p.jsonl: line 3: expected a JSON object")
    write(folder, "p.jsonl", '{"k": 1}\n{"k": 2}\n{"j": 3}\n{"k": -4}\n{"k": 5}\n')
    grape(folder, *base, "p.jsonl", "--id-field", "k", code=4, text="p.jsonl: line 3: k: is required")
    write(folder, "p.jsonl", '{"k": 1}\n{"k": 2}\n{"k": 3}\n{"k": -4}\n{"k": 5}\n')
    grape(folder, *base, "p.jsonl", "--id-field", "k", code=4,
          text="p.jsonl: line 4: k: expected a point id")
    assert count(folder) == 0


def options_that_do_not_go_together(folder):
    make(folder)
    file = write_npy(folder, rows(5, 3))
    lines = write_lines(folder, [{"id": 1, "vector": [1, 2, 3]}])
    base = ["import", "db", "c"]
    for words, text in (
            ([file, "--id-field", "k"], "--id-field: needs --payloads"),
            ([file, "--vector-field", "k"], "--vector-field: is for JSON lines"),
            ([file, "--payloads", lines, "--id-field", "k", "--first-id", 1], "only one of them"),
            ([file, "--first-id", 18446744073709551612], "--first-id: the last id"),
            ([file, "--first-id", -1], "--first-id: expected a whole number"),
            ([file, "--batch", 0], "--batch: expected a whole number from 1 to 100000"),
            ([file, "--format", "csv"], "--format: expected npy"),
            ([lines, "--payloads", lines], "--payloads: is for files of vectors"),
            ([lines, "--create"], "--create: is for files of vectors"),
            ([lines, "--id-field", "k", "--first-id", 1], "only one of them")):
        grape(folder, *base, *words, code=2, text=text)
    grape(folder, *base, lines, "--first-id", 1, code=4, text="line 1: id: stands there")
    grape(folder, *base, lines, "--vector-field", "v", code=4, text="line 1: v: is required")
    grape(folder, *base, lines, "--vector-field", "vector", "--id-field", "v", code=4,
          text="line 1: v: is required")
    assert count(folder) == 0


if __name__ == "__main__":
    run_cases(sys.modules[__name__])
