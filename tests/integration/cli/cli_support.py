"""What the tests of the command line share: running it, writing files of vectors, counting cases.

A test program is called with the path of `grape`. Its cases are functions whose one argument is a
fresh directory, which is the working directory of the programs that they run.
"""

import inspect
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback

GRAPE = os.path.abspath(sys.argv[1])


class Skip(Exception):
    """A case that cannot run here; its text says why."""


class Ran:
    """What a run of grape gave."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    def json(self):
        return json.loads(self.out)

    def error(self):
        """The error of a run with --json."""
        return json.loads(self.err.strip().splitlines()[-1])["error"]


def grape(folder, *words, code=0, stdin=None, text=None):
    """Runs grape in `folder`; its exit code must be `code`, and `text` be in its message."""
    done = Ran(subprocess.run([GRAPE, *map(str, words)], cwd=folder, input=stdin or b"",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False))
    shown = f"grape {' '.join(map(str, words))}\nstdout: {done.out[:2000]}\nstderr: {done.err[:2000]}"
    assert done.code == code, f"exit code {done.code}, expected {code}\n{shown}"
    if text is not None:
        assert text in done.err, f"expected in stderr: {text}\n{shown}"
    return done


def start(folder, *words, **options):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([GRAPE, *map(str, words)], cwd=folder, **streams)


def count(folder, collection="c"):
    return int(grape(folder, "count", "db", collection).out)


def rows(number, dim, first=1):
    """Vectors that differ; none is zero."""
    return [[float((row * 7 + column * 3) % 11 + first) for column in range(dim)]
            for row in range(number)]


FORMATS = {"<f4": "f", "<f2": "e", "|u1": "B", "<f8": "d", ">f4": "f", "|i1": "b"}


def npy_bytes(vectors, descr="<f4", shape=None, fortran=False, header=None, version=1, data=None):
    if header is None:
        shape = shape if shape is not None else (len(vectors), len(vectors[0]) if vectors else 0)
        header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    size = "<H" if version == 1 else "<I"
    text = header.encode()
    text += b" " * (-(len(text) + 8 + struct.calcsize(size) + 1) % 64) + b"\n"
    if data is None:
        letter = FORMATS.get(descr, "f")
        number = int if letter in "Bb" else float
        order = ">" if descr.startswith(">") else "<"
        data = b"".join(struct.pack(order + letter * len(row), *map(number, row)) for row in vectors)
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(size, len(text)) + text + data


def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())
    return name


def write_npy(folder, vectors, name="vectors.npy", **options):
    return write(folder, name, npy_bytes(vectors, **options))


def write_lines(folder, objects, name="points.jsonl"):
    return write(folder, name, "".join(json.dumps(value) + "\n" for value in objects))


def make(folder, dim=3, distance="euclid", collection="c"):
    grape(folder, "create", "db", collection, "--dim", dim, "--distance", distance)


def files_of(folder):
    """Each file below `folder` with its bytes."""
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def flip_byte(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))


def run_case(case):
    folder = tempfile.mkdtemp(prefix="grape-cli-")
    try:
        case(folder)
        return "passed"
    except Skip as skip:
        print(f"skipped: {case.__name__}: {skip}")
        return "skipped"
    except Exception:  # pylint: disable=broad-except
        print(f"FAILED {case.__name__}")
        traceback.print_exc(file=sys.stdout)
        return "failed"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_cases(module):
    """Runs the functions that take `folder` alone and are defined in the module itself."""
    cases = [value for value in vars(module).values()
             if inspect.isfunction(value) and value.__module__ == module.__name__
             and list(inspect.signature(value).parameters) == ["folder"]]
    results = [run_case(case) for case in cases]
    print(", ".join(f"{results.count(word)} {word}" for word in ("passed", "failed", "skipped")))
    sys.exit(1 if "failed" in results else 0)
