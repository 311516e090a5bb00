#!/usr/bin/env python3
"""Writes the cases of message_cases.py and bad_cases.py as the file that messages.c reads.

Usage: make_cases.py FLATC SCHEMA_FOLDER OUTPUT. FlatBuffers messages are made by flatc from its
JSON. The file is a list of records; each is a row of fields, a length (u32, little endian) and the
bytes: name, status for JSON, status for FlatBuffers, words of the message (joined by line feeds),
the JSON text, the FlatBuffers message, then the count of blobs (u32), and for each blob its type,
dim, rows, stride and nothing-there flag (u64 each) and its bytes. An encoding that a case does not
have is a field of length 2^32 - 1.
"""

import json
import math
import os
import struct
import subprocess
import sys
import tempfile

import bad_cases  # noqa: F401 (it adds to CASES)
from message_cases import CASES

TYPES = {"f32": (1, "f"), "f16": (2, "H"), "u8": (3, "B"), "u64": (4, "Q")}
ABSENT = struct.pack("<I", 0xFFFFFFFF)


def run_flatc(flatc, schema, folder, cases):
    """The binary messages by the index of their case."""
    names = []
    for index, case in enumerate(cases):
        if isinstance(case["flatbuffers"], dict):
            names.append(os.path.join(folder, f"case{index}.json"))
            with open(names[-1], "w", encoding="utf-8") as file:
                json.dump(case["flatbuffers"], file)
    subprocess.run([flatc, "-b", "-I", schema, "-o", folder,
                    os.path.join(schema, "request.fbs"), *names], check=True)
    return {int(os.path.basename(name)[4:-5]): open(name[:-5] + ".bin", "rb").read()
            for name in names}


def field(value):
    if value is None:
        return ABSENT
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<I", len(data)) + data


def blob_bytes(blob):
    number, code = TYPES[blob["type"]]
    values = [{"nan": math.nan, "inf": math.inf}.get(value, value) for value in blob["values"]]
    data = struct.pack(f"<{len(values)}{code}", *values)
    rows = blob.get("rows", len(values) // blob["dim"] if blob["dim"] else 0)
    head = struct.pack("<5Q", blob.get("raw_type", number), blob["dim"], rows,
                       blob.get("stride", 0), 1 if blob.get("null") else 0)
    return head + field(data)


def record(case, message):
    status = case["status"] if isinstance(case["status"], tuple) else (case["status"],) * 2
    names = ["GRAPE_OK" if each == "OK" else "GRAPE_E_" + each for each in status]
    binary = message if message is not None else case["flatbuffers"]
    parts = [field(case["name"]), field(names[0]), field(names[1]), field("\n".join(case["says"])),
             field(case["json"]), field(binary), struct.pack("<I", len(case["blobs"]))]
    return b"".join(parts + [blob_bytes(blob) for blob in case["blobs"]])


def main():
    flatc, schema, output = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as folder:
        messages = run_flatc(flatc, schema, folder, CASES)
    with open(output, "wb") as file:
        for index, case in enumerate(CASES):
            file.write(record(case, messages.get(index)))


if __name__ == "__main__":
    main()
