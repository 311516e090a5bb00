#!/usr/bin/env python3
"""Each command of grape but import, as text and as JSON, with its exit codes: commands_test.py GRAPE."""

import json
import os
import subprocess
import sys

from cli_support import (GRAPE, count, files_of, flip_byte, grape, make, rows, run_cases, start, write,
                         write_lines, write_npy)

POINTS = [{"id": 1, "vector": [1, 0, 0], "payload": {"word": "oak", "kind": {"a": 1}}},
          {"id": 2, "vector": [0, 1, 0], "payload": {"word": "elm"}},
          {"id": "word/yew", "vector": [0, 0, 1]},
          {"id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "vector": [1, 1, 1]}]


def fill(folder):
    make(folder)
    grape(folder, "import", "db", "c", write_lines(folder, POINTS))


def create_makes_database_and_collection(folder):
    assert "made collection 'c'" in grape(folder, "create", "db", "c", "-d", 3).out
    assert grape(folder, "create", "db", "d", "-d", 3, "--json").json() == {"created": "d"}
    names = [c["name"] for c in grape(folder, "info", "db", "--json").json()["collections"]]
    assert names == ["c", "d"]


OAK = '{"must": {"key": "word", "match": {"value": "oak"}}}'


def filters_choose_points(folder):
    fill(folder)
    assert grape(folder, "count", "db", "c", "--filter", OAK).out == "1\n"
    found = grape(folder, "scroll", "db", "c", "--filter", OAK, "--json").json()
    assert [p["id"] for p in found["points"]] == [1]
    found = grape(folder, "search", "db", "c", "--vector", "[0,0,1]", "--filter", OAK, "--json").json()
    assert [p["id"] for p in found["points"]] == [1]
    lines = grape(folder, "scroll", "db", "c", "--all", "--filter", OAK, "--json").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [1]
    assert "removed 1 points" in grape(folder, "delete", "db", "c", "--filter", OAK).out
    assert count(folder) == 3


def filters_say_what_is_wrong(folder):
    fill(folder)
    grape(folder, "count", "db", "c", "--filter", "{", code=4, text="--filter")
    grape(folder, "count", "db", "c", "--filter", "[]", code=4, text="expected a JSON object")
    grape(folder, "count", "db", "c", "--filter", '{"muss": []}', code=4, text="muss")
    grape(folder, "delete", "db", "c", "1", "--filter", OAK, code=2, text="exactly one of them")
    grape(folder, "inspect", "db", "--filter", OAK, code=2, text="--filter: needs --plan")


def indexes_come_and_go_and_plans_show_them(folder):
    fill(folder)
    plan = ["inspect", "db", "--plan", "c", "--filter", OAK]
    assert "payloads of the others are read" in grape(folder, *plan).out
    assert "indexed 'word'" in grape(folder, "create-index", "db", "c", "word").out
    text = grape(folder, *plan).out
    assert "of 4 points 1 match surely, 1 possibly; no payload is read" in text
    assert "keyword" in text and "must[0]" in text
    shown = grape(folder, *plan, "--json").json()
    assert shown["reads_payloads"] is False and shown["search"] in ("rows", "scan")
    assert shown["conditions"] == [{"condition": "must[0]", "about": "word", "index": "keyword",
                                    "min": 1, "expected": 1, "max": 1, "surely": 1, "possibly": 1}]
    grape(folder, "create-index", "db", "c", "kind.a", "--type", "integer")
    assert grape(folder, "drop-index", "db", "c", "word", "--json").json() == {"dropped": "word"}
    assert "payloads of the others are read" in grape(folder, *plan).out
    grape(folder, "create-index", "db", "c", "word", "--type", "far", code=2, text="keyword")
    grape(folder, "inspect", "db", "--plan", "nobody", code=3, text="nobody")


def create_passes_on_every_property(folder):
    grape(folder, "create", "db", "one", "-d", 5, "--distance", "dot", "--type", "float16",
          "--memory", "pinned")
    vectors = grape(folder, "info", "db", "one", "--json").json()["config"]["params"]["vectors"]
    assert vectors == {"size": 5, "distance": "Dot", "datatype": "float16", "memory": "pinned"}
    grape(folder, "create", "db", "two", "--vector", "image:7:cold:manhattan:uint8", "--vector",
          "text:3")
    vectors = grape(folder, "info", "db", "two", "--json").json()["config"]["params"]["vectors"]
    assert vectors["image"] == {"size": 7, "distance": "Manhattan", "datatype": "uint8",
                                "memory": "cold"}
    assert vectors["text"]["size"] == 3
    assert "vector image" in grape(folder, "info", "db", "two").out


def create_says_what_is_wrong(folder):
    grape(folder, "create", "db", "c", "-d", 3)
    grape(folder, "create", "db", "c", "-d", 3, code=5, text="already")
    grape(folder, "create", "db", "d", code=2, text="--dim or --vector")
    grape(folder, "create", "db", "d", "-d", 3, "--vector", "a:3", code=2, text="--dim or --vector")
    grape(folder, "create", "db", "d", "-d", "three", code=2, text="--dim: expected a whole number")
    grape(folder, "create", "db", "d", "-d", 0, code=4, text="at least 1")
    grape(folder, "create", "db", "d", "-d", 65537, code=4, text="65536")
    grape(folder, "create", "db", "d", "-d", 3, "--distance", "far", code=2, text="expected cosine")
    grape(folder, "create", "db", "a/b", "-d", 3, code=4, text="a name has no '/'")
    grape(folder, "create", "db", "d", "--vector", "a", code=2, text="expected NAME:DIM")
    grape(folder, "create", "db", "d", "--vector", "a:x", code=2, text="dimensions, got 'x'")
    grape(folder, "create", "db", "d", "--vector", "a:3:far", code=2, text="'far' is no distance")
    grape(folder, "create", "db", "d", "--vector", "a:3", "--type", "uint8", code=2, text="--type")
    grape(folder, "create", "no/where", "c", "-d", 3, code=3, text="No such file")
    write(folder, "file", "x")
    grape(folder, "create", "file", "c", "-d", 3, code=4, text="not a directory")


def search_takes_a_vector_an_id_or_a_row(folder):
    fill(folder)
    by_vector = grape(folder, "search", "db", "c", "--vector", "[1, 0.1, 0]", "-k", 2, "--json")
    assert [p["id"] for p in by_vector.json()["points"]] == [1, 2]
    by_stdin = grape(folder, "search", "db", "c", "--vector", "-", "-k", 1, "--json",
                     stdin=b"[0, 1, 0]\n")
    assert by_stdin.json()["points"][0]["id"] == 2
    by_id = grape(folder, "search", "db", "c", "--id", "word/yew", "--json").json()["points"]
    assert len(by_id) == 3 and "word/yew" not in [p["id"] for p in by_id]
    name = write_npy(folder, [[0, 0, 2], [0, 3, 0]])
    by_row = grape(folder, "search", "db", "c", "--file", name, "--row", 1, "-k", 1, "--json")
    assert by_row.json()["points"][0]["id"] == 2


def search_shows_a_table(folder):
    fill(folder)
    lines = grape(folder, "search", "db", "c", "--vector", "[1, 0, 0]", "-k", 2).out.splitlines()
    assert lines[0].split() == ["score", "id", "payload"]
    assert lines[1].split(None, 2)[1:] == ["1", '{"kind":{"a":1},"word":"oak"}']
    assert len(lines) == 3
    bare = grape(folder, "search", "db", "c", "--vector", "[1, 0, 0]", "--payload", "none").out
    assert bare.splitlines()[0].split() == ["score", "id"]


def search_passes_on_its_options(folder):
    fill(folder)
    base = ["search", "db", "c", "--vector", "[1, 0, 0]", "--json"]
    best = grape(folder, *base).json()["points"]
    assert grape(folder, *base, "--offset", 1).json()["points"] == best[1:]
    near = grape(folder, *base, "--threshold", 1.2).json()["points"]
    assert [p["id"] for p in near] == [1]
    some = grape(folder, *base, "--payload", "kind.a,other").json()["points"]
    assert some[0]["payload"] == {"kind": {"a": 1}}
    assert "payload" not in grape(folder, *base, "--payload", "none").json()["points"][0]
    assert grape(folder, *base, "--vectors").json()["points"][0]["vector"] == [1, 0, 0]


def search_by_a_named_vector(folder):
    grape(folder, "create", "db", "c", "--vector", "a:2:euclid", "--vector", "b:3:euclid")
    lines = [{"id": 1, "vector": {"a": [1, 2], "b": [1, 1, 1]}}, {"id": 2, "vector": {"a": [5, 5]}}]
    grape(folder, "import", "db", "c", write_lines(folder, lines))
    found = grape(folder, "search", "db", "c", "--vector", "[5, 4]", "--using", "a", "--json").json()
    assert [p["id"] for p in found["points"]] == [2, 1]
    grape(folder, "search", "db", "c", "--vector", "[5, 4]", code=4, text="no vector named ''")


def search_says_what_is_wrong(folder):
    fill(folder)
    grape(folder, "search", "db", "c", code=2, text="exactly one")
    grape(folder, "search", "db", "c", "--vector", "[1]", "--id", 1, code=2, text="exactly one")
    grape(folder, "search", "db", "c", "--vector", "[1, 2]", code=4, text="3 dimensions, got 2")
    grape(folder, "search", "db", "c", "--vector", "[1, 2", code=4, text="--vector: JSON: byte 5: ")
    grape(folder, "search", "db", "c", "--vector", "7", code=4, text="expected a JSON array")
    grape(folder, "search", "db", "c", "--vector", '[1, 2, "x"]', code=4, text="expected a number")
    grape(folder, "search", "db", "c", "--vector", "[1,2,3],\"limit\":[1]", code=4, text="follows")
    grape(folder, "search", "db", "c", "--id", 77, code=3, text="no point 77")
    grape(folder, "search", "db", "c", "--id", 1, "-k", 0, code=4, text="limit: expected an integer from 1")
    grape(folder, "search", "db", "c", "--id", 1, "-k", 1000001, code=4, text="1000000")
    grape(folder, "search", "db", "c", "--id", 1, "--row", 1, code=2, text="--row: needs --file")
    grape(folder, "search", "db", "c", "--id", 1, "--threshold", "nan", code=2, text="a number")
    name = write_npy(folder, [[0, 0, 2]])
    grape(folder, "search", "db", "c", "--file", name, "--row", 1, code=4, text="has 1 rows")
    grape(folder, "search", "db", "c", "--file", "gone.npy", code=3, text="gone.npy: No such file")
    grape(folder, "search", "db", "other", "--id", 1, code=3, text="no collection 'other'")


def get_shows_points_and_names_what_is_missing(folder):
    fill(folder)
    shown = grape(folder, "get", "db", "c", 2, "word/yew")
    assert shown.out.splitlines()[1].split()[0] == "2" and "word/yew" in shown.out
    found = grape(folder, "get", "db", "c", 1, "6F9619FF-8B86-D011-B42D-00C04FC964FF", "--json")
    assert [p["id"] for p in found.json()] == [1, "6f9619ff-8b86-d011-b42d-00c04fc964ff"]
    some = grape(folder, "get", "db", "c", 1, 99, "--json", code=3)
    assert [p["id"] for p in some.json()] == [1]
    assert some.error()["message"] == "ID: 1 of 2 points are not there"
    grape(folder, "get", "db", "c", 99, code=3, text="there is no point 99")
    grape(folder, "get", "db", "c", code=2, text="ID: is missing")


def a_text_id_may_look_like_anything(folder):
    make(folder)
    odd = ["17", "[a,b]", "--json", "tab\there", 'quo"te', "\u00fc"]
    lines = [{"id": text, "vector": [1, 1, number]} for number, text in enumerate(odd)]
    grape(folder, "import", "db", "c", write_lines(folder, lines))
    grape(folder, "get", "db", "c", 17, code=3)
    for number, text in enumerate(odd):
        typed = '"17"' if text == "17" else text
        found = grape(folder, "get", "db", "c", "--json", "--vectors", "--", typed).json()
        assert found[0]["id"] == text and found[0]["vector"] == [1, 1, number], found
    grape(folder, "get", "db", "c", b"\xff".decode("utf-8", "surrogateescape"), code=4, text="UTF-8")


def text_from_a_database_does_not_steer_the_terminal(folder):
    make(folder)
    lines = [{"id": "a\x1b[2Jb\u009bc\nd", "vector": [1, 1, 1], "payload": {"x": "\x1b[31m\u009b"}}]
    grape(folder, "import", "db", "c", write_lines(folder, lines))
    shown = grape(folder, "scroll", "db", "c").out
    assert not any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 for c in shown), repr(shown)
    assert len(shown.splitlines()) == 2


def count_is_a_number(folder):
    fill(folder)
    assert grape(folder, "count", "db", "c").out == "4\n"
    assert grape(folder, "count", "db", "c", "--json").json() == {"count": 4}
    grape(folder, "count", "db", "other", code=3)
    grape(folder, "count", "gone", "c", code=3, text="gone")


def scroll_goes_page_by_page(folder):
    fill(folder)
    first = grape(folder, "scroll", "db", "c", "-k", 2, "--json").json()
    assert [p["id"] for p in first["points"]] == [1, 2]
    rest = grape(folder, "scroll", "db", "c", "--from", first["next_page_offset"], "--json").json()
    assert [p["id"] for p in rest["points"]][1:] == ["word/yew"]
    assert rest["next_page_offset"] is None
    assert "--from '2'" in grape(folder, "scroll", "db", "c", "-k", 1).err
    grape(folder, "scroll", "db", "c", "--all", "-k", 3, code=2, text="only one")


def scroll_all_writes_what_import_reads(folder):
    fill(folder)
    lines = grape(folder, "scroll", "db", "c", "--all", "--vectors", "--json").out
    assert len(lines.splitlines()) == 4
    make(folder, collection="copy")
    grape(folder, "import", "db", "copy", write(folder, "copy.jsonl", lines))
    copied = grape(folder, "scroll", "db", "copy", "--all", "--vectors", "--json").out

    def without_versions(text):
        points = [json.loads(line) for line in text.splitlines()]
        for point in points:
            del point["version"]
        return points
    assert without_versions(copied) == without_versions(lines)


def scroll_all_has_many_pages(folder):
    make(folder)
    grape(folder, "import", "db", "c", write_npy(folder, rows(2500, 3)))
    lines = grape(folder, "scroll", "db", "c", "--all", "--json").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == list(range(2500))
    assert len(grape(folder, "scroll", "db", "c", "--all", "--payload", "none").out.splitlines()) \
        == 2503


def delete_removes_points_or_the_collection(folder):
    fill(folder)
    assert "removed 1 points" in grape(folder, "delete", "db", "c", 1, 99).out
    assert grape(folder, "delete", "db", "c", "word/yew", "--json").json() == {"deleted": 1}
    assert count(folder) == 2
    grape(folder, "delete", "db", "c", code=2, text="ID, --filter or --collection")
    grape(folder, "delete", "db", "c", 1, "--collection", code=2, text="ID, --filter or --collection")
    gone = grape(folder, "delete", "db", "c", "--collection", "--json")
    assert gone.json() == {"deleted_collection": "c"}
    grape(folder, "delete", "db", "c", "--collection", code=3, text="no collection 'c'")


def info_describes_the_database_and_a_collection(folder):
    fill(folder)
    text = grape(folder, "info", "db").out
    assert "collections  1" in text and "3 x float32, Euclid, cached" in text
    described = grape(folder, "info", "db", "--json").json()
    assert described["database"]["points"] == 4
    assert described["collections"][0]["info"]["points_count"] == 4
    assert "points             4" in grape(folder, "info", "db", "c").out
    grape(folder, "info", "db", "other", code=3)


def fill_files(folder):
    """Vectors enough for a file of them."""
    make(folder, dim=64)
    grape(folder, "import", "db", "c", write_npy(folder, rows(3000, 64)))
    grape(folder, "request", "db", '{"optimize": {}}')


def inspect_names_every_file_and_changes_none(folder):
    fill_files(folder)
    before = files_of(os.path.join(folder, "db"))
    report = grape(folder, "inspect", "db", "--json").json()
    assert files_of(os.path.join(folder, "db")) == before
    assert {f["path"]: f["size_bytes"] for f in report["files"]} == \
        {path: len(data) for path, data in before.items()}
    assert report["size_bytes"] == sum(map(len, before.values()))
    kinds = {f["kind"] for f in report["files"]}
    assert {"identity", "lock", "log", "manifest", "current", "vectors", "rows"} <= kinds, kinds
    assert "unknown" not in kinds and not any("problem" in f for f in report["files"])
    vectors = next(f for f in report["files"] if f["kind"] == "vectors")
    assert vectors["format"] == 1 and vectors["content_bytes"] >= 3000 * 64 * 4
    text = grape(folder, "inspect", "db").out
    assert all(path in text for path in before)


def inspect_reads_the_vector_log_of_a_killed_program(folder):
    make(folder, dim=64)
    process = start(folder, "import", "db", "c", "-", "--format", "jsonl", "--batch", 1000,
                    stdin=-1)
    points = "".join(json.dumps({"id": number, "vector": row}) + "\n"
                     for number, row in enumerate(rows(1001, 64)))
    process.stdin.write(points.encode())
    process.stdin.flush()
    assert process.stderr.readline().startswith(b"import: 1,000 points")
    process.kill()
    process.communicate()
    log = next(f for f in grape(folder, "inspect", "db", "--json").json()["files"]
               if f["kind"] == "vector log")
    assert log["frames"] == 1 and log["vectors"] == 1000, log
    assert count(folder) == 1000


def damage_is_found(folder):
    fill_files(folder)
    assert "all sound" in grape(folder, "verify", "db").out
    assert grape(folder, "verify", "db", "--json").json()["problems"] == []
    name = next(n for n in os.listdir(os.path.join(folder, "db/files")) if n.endswith(".vec"))
    flip_byte(os.path.join(folder, "db/files", name), 4096 + 100)
    shown = grape(folder, "verify", "db", code=7)
    assert name in shown.out and "problem: " in shown.out, shown.out
    assert grape(folder, "verify", "db", "--json", code=7).json()["problems"]
    flip_byte(os.path.join(folder, "db/files", name), 10)
    shown = grape(folder, "inspect", "db", code=7)
    assert "DAMAGED" in shown.out


def a_damaged_grape_file_is_damage(folder):
    make(folder)
    flip_byte(os.path.join(folder, "db/GRAPE"), 20)
    grape(folder, "count", "db", "c", code=7, text="GRAPE")
    report = grape(folder, "inspect", "db", "--json", code=7).json()
    assert "checksum" in next(f for f in report["files"] if f["path"] == "GRAPE")["problem"]
    error = grape(folder, "count", "db", "c", "--json", code=7).error()
    assert error["name"] == "damaged" and error["status"] == "GRAPE_E_CORRUPT"


def what_is_no_database_is_said_to_be_none(folder):
    os.mkdir(os.path.join(folder, "empty"))
    for command in (["count", "empty", "c"], ["info", "empty"], ["inspect", "empty"],
                    ["verify", "empty"]):
        grape(folder, *command, code=3, text="not a database")
        assert os.listdir(os.path.join(folder, "empty")) in ([], ["LOCK"])
    grape(folder, "inspect", "gone", code=3, text="gone")
    write(folder, "file", "x")
    grape(folder, "inspect", "file", code=4, text="not a directory")


def a_database_in_use_is_busy(folder):
    make(folder)
    process = start(folder, "import", "db", "c", "-", "--format", "jsonl", "--batch", 1, stdin=-1)
    process.stdin.write(b'{"id": 1, "vector": [1, 2, 3]}\n{"id": 2, "vector": [1, 2, 3]}\n')
    process.stdin.flush()
    assert process.stderr.readline()
    for command in (["count", "db", "c"], ["inspect", "db"], ["verify", "db"]):
        grape(folder, *command, code=6, text="in use by")
    assert process.communicate()[0].startswith(b"imported 2 points") and process.returncode == 0
    assert count(folder) == 2


def request_runs_anything(folder):
    fill(folder)
    made = grape(folder, "request", "db", '{"set_payload": {"collection_name": "c", "points": [1], '
                                          '"payload": {"seen": true}}}')
    assert made.json()["status"] == "completed"
    listed = grape(folder, "request", "db", "-", stdin=b'{"get_collections": {}}').json()
    assert listed == {"collections": [{"name": "c"}]}
    grape(folder, "request", "db", '{"bla": {}}', code=4, text="bla")
    grape(folder, "request", "db", "{", code=4, text="JSON")
    grape(folder, "request", "db", '{"get_points": {"collection_name": "c", "ids": [1], '
                                   '"filter": {"must": [1]}}}', code=4, text="filter")


def the_command_line_is_checked(folder):
    assert "Commands:" in grape(folder, code=2).err
    grape(folder, "cuont", code=2, text="did you mean count?")
    grape(folder, "bla", code=2, text="no command 'bla'")
    grape(folder, "count", "db", "c", "--bla", code=2, text="--bla")
    grape(folder, "count", "db", "c", "d", code=2, text="one argument too many: d")
    grape(folder, "count", "db", code=2, text="COLLECTION: is missing")
    grape(folder, "search", "db", "c", "-k", code=2, text="--limit: needs a value")
    grape(folder, "search", "db", "c", "-k", 1, "-k", 2, code=2, text="only once")
    error = grape(folder, "count", "db", "--json", code=2).error()
    assert error["exit_code"] == 2 and error["name"] == "usage" and "status" not in error


def a_full_output_is_an_error(folder):
    make(folder)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([GRAPE, "count", "db", "c"], cwd=folder, stdout=full,
                              stderr=subprocess.PIPE, check=False)
    assert done.returncode == 8 and b"stdout" in done.stderr, done


if __name__ == "__main__":
    run_cases(sys.modules[__name__])
