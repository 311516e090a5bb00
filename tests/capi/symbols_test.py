#!/usr/bin/env python3
"""The exported names: grape.h declares what grape.map lists and libgrape.so exports, and no more."""

import re
import subprocess
import sys
import unittest

HEADER, MAP, LIBRARY = sys.argv[1:4]


def header_names():
    text = open(HEADER, encoding="utf-8").read()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return set(re.findall(r"GRAPE_API[^;]*?\b(grape_\w+)\s*\(", text))


def map_names():
    text = open(MAP, encoding="utf-8").read()
    return set(re.findall(r"^\s*(grape_\w+);", text, flags=re.M))


def nm(*options):
    command = ["nm", "-D", *options, LIBRARY]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


class Symbols(unittest.TestCase):
    def test_header_and_map_list_the_same_names(self):
        self.assertEqual(header_names(), map_names())

    def test_map_has_no_wildcard_but_for_what_is_hidden(self):
        text = open(MAP, encoding="utf-8").read()
        self.assertEqual(re.findall(r"[^\s;]*\*[^\s;]*", text), ["*"])

    def test_library_exports_the_names_of_the_map_and_nothing_else(self):
        names = set()
        for line in nm("--defined-only").splitlines():
            name = line.split()[-1]
            kind = line.split()[-2]
            if kind != "A":  # the node of the map itself
                names.add(name)
        self.assertEqual({name.split("@")[0] for name in names}, map_names())

    def test_every_name_carries_a_version(self):
        for line in nm("--defined-only", "--with-symbol-versions").splitlines():
            if line.split()[-2] != "A":
                self.assertRegex(line.split()[-1], r"^grape_\w+@@GRAPE_\d+\.\d+$")

    def test_there_are_at_most_sixty(self):
        self.assertLessEqual(len(map_names()), 60)

    def test_library_stays_loaded_and_is_bound_at_load(self):
        dynamic = subprocess.run(["readelf", "-dW", LIBRARY], check=True, stdout=subprocess.PIPE,
                                 text=True).stdout
        self.assertIn("NODELETE", dynamic)
        self.assertIn("BIND_NOW", dynamic)
        self.assertIn("[libgrape.so.0]", dynamic)
        self.assertNotIn("libleveldb", dynamic)


if __name__ == "__main__":
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Symbols))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)
