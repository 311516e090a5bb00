"""Lint finds a planted breach of each rule, at its line, and says nothing about clean code."""

import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tools", "lint")]

import commits  # noqa: E402
import forbidden  # noqa: E402
import formatting  # noqa: E402
import includes  # noqa: E402
import layers  # noqa: E402
import locks  # noqa: E402
import marks  # noqa: E402
import sizes  # noqa: E402
import summary  # noqa: E402
import unused  # noqa: E402
from tree import Tree  # noqa: E402

with open(os.path.join(ROOT, layers.TABLE), encoding="utf-8") as file:
    TABLE = file.read()


class LintCase(unittest.TestCase):
    """A small tree in a folder of its own for each case."""

    def problems(self, check, files):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {layers.TABLE: TABLE, **files}.items():
                full = os.path.join(folder, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8", newline="") as target:
                    target.write(text)
            return [(p.path, p.line, p.text) for p in check(Tree(folder))]

    def assert_found(self, check, files, path, line, words):
        found = self.problems(check, files)
        self.assertTrue(any(p == path and n == line and words in text for p, n, text in found),
                        f"{path}:{line} {words!r} is not in {found}")

    def assert_clean(self, check, files):
        self.assertEqual(self.problems(check, files), [])


class Layers(LintCase):
    BASE = {"core/base/a.h": "#pragma once\n", "core/query/q.h": "#pragma once\n",
            "storage/blob.h": "#pragma once\n", "storage/store.h": "#pragma once\n"}

    def test_finds_an_include_that_points_up(self):
        files = {**self.BASE, "core/base/b.cc": '// x\n#include "core/query/q.h"\n'}
        self.assert_found(layers.check, files, "core/base/b.cc", 2, "must not include")

    def test_allows_one_header_of_a_folder_and_no_other(self):
        files = {**self.BASE, "core/index/a.cc": '#include "storage/blob.h"\n'}
        self.assert_clean(layers.check, files)
        files["core/index/b.cc"] = '#include "storage/store.h"\n'
        self.assert_found(layers.check, files, "core/index/b.cc", 1, "storage/blob.h")

    def test_finds_a_library_outside_its_folder(self):
        files = {"core/engine/a.cc": "#include <string>\n#include <leveldb/db.h>\n"}
        self.assert_found(layers.check, files, "core/engine/a.cc", 2, "storage/*")

    def test_finds_a_library_that_nobody_owns(self):
        files = {"core/engine/a.cc": "#include <boost/regex.hpp>\n"}
        self.assert_found(layers.check, files, "core/engine/a.cc", 1, "neither in the tree")

    def test_bindings_see_only_the_public_header(self):
        files = {"capi/include/grape/grape.h": "", "core/base/a.h": "",
                 "tests/capi/a.c": '#include <grape/grape.h>\n#include "core/base/a.h"\n'}
        found = self.problems(layers.check, files)
        self.assertEqual([(path, line) for path, line, _ in found], [("tests/capi/a.c", 2)])

    def test_an_include_in_a_comment_is_none(self):
        files = {**self.BASE, "core/base/b.cc": '/*\n#include "core/query/q.h"\n*/\n'}
        self.assert_clean(layers.check, files)

    def test_finds_an_edge_in_meson_that_the_table_forbids(self):
        files = {"core/base/meson.build": "base_dep = declare_dependency()\nx = [query_dep]\n",
                 "core/query/meson.build": "query_dep = declare_dependency()\n"}
        self.assert_found(layers.check, files, "core/base/meson.build", 2, "query_dep")

    def test_finds_an_include_that_meson_does_not_know(self):
        files = {**self.BASE, "core/base/meson.build": "base_dep = declare_dependency()\n",
                 "core/query/meson.build": "query_dep = declare_dependency()\n",
                 "core/query/a.cc": '#include "core/base/a.h"\n'}
        self.assert_found(layers.check, files, "core/query/a.cc", 1, "does not name core/base")
        files["core/query/meson.build"] = "x = base_dep\nquery_dep = declare_dependency()\n"
        self.assert_clean(layers.check, files)


class Includes(LintCase):
    def test_finds_a_header_without_pragma_once(self):
        self.assert_found(includes.check, {"core/a.h": "// #pragma once\n"}, "core/a.h", 1, "begins")

    def test_finds_an_own_header_that_is_not_first(self):
        files = {"core/a.h": "#pragma once\n", "core/a.cc": '#include <string>\n#include "core/a.h"\n'}
        self.assert_found(includes.check, files, "core/a.cc", 1, "own header")

    def test_finds_an_include_that_is_not_from_the_root(self):
        files = {"core/b.h": "#pragma once\n", "core/a.cc": '#include "b.h"\n'}
        self.assert_found(includes.check, files, "core/a.cc", 1, 'write "core/b.h"')

    def test_finds_our_header_in_angle_brackets(self):
        files = {"core/b.h": "#pragma once\n", "core/a.cc": "#include <core/b.h>\n"}
        self.assert_found(includes.check, files, "core/a.cc", 1, "in quotes")


class Sizes(LintCase):
    def body(self, lines):
        return "int f(int a) {\n" + "    a += 1;\n" * (lines - 2) + "}\n"

    def test_finds_a_long_function_unless_a_reason_stands_before_it(self):
        self.assert_clean(sizes.check, {"core/a.cc": self.body(70)})
        self.assert_found(sizes.check, {"core/a.cc": "\n" + self.body(71)}, "core/a.cc", 2, "71 lines")
        self.assert_clean(sizes.check, {"core/a.cc": "// long: a table\n" + self.body(71)})
        self.assert_found(sizes.check, {"core/a.cc": "// long:\n" + self.body(71)}, "core/a.cc", 2, "f")

    def test_finds_a_long_method_behind_a_list_of_initialisers(self):
        text = "class A {\n    A(int x) : x_{x}, y_(x) {\n" + "    f();\n" * 80 + "    }\n};\n"
        self.assert_found(sizes.check, {"core/a.cc": text}, "core/a.cc", 2, "82 lines")

    def test_a_type_or_a_scope_is_no_function(self):
        text = "namespace a {\nstruct B {\n" + "    int f() { return 1; }\n" * 80 + "};\n}\n"
        self.assert_clean(sizes.check, {"core/a.cc": text})

    def test_braces_in_strings_comments_and_macros_do_not_count(self):
        text = ('#define OPEN(x) \\\n    x {\nint f() {\n    g("}", \'}\', R"(})");  // }\n'
                + "    h(1'000);\n" * 70 + "}\n")
        self.assert_found(sizes.check, {"core/a.cc": text}, "core/a.cc", 3, "f: 73 lines")

    def test_finds_a_long_function_in_python(self):
        text = "def f():\n" + "    g()\n" * 71
        self.assert_found(sizes.check, {"tools/a.py": text}, "tools/a.py", 1, "72 lines")

    def test_finds_long_files_and_long_headers(self):
        self.assert_found(sizes.check, {"core/a.cc": "\n" * 601}, "core/a.cc", 601, "limit is 600")
        self.assert_found(sizes.check, {"core/a.h": "\n" * 201}, "core/a.h", 201, "limit is 200")
        self.assert_clean(sizes.check, {"capi/include/grape/grape.h": "\n" * 900})

    def test_the_ratchet_turns_one_way_only(self):
        for lines, words in ((610, "lower it"), (620, None), (621, "may only shrink"),
                             (600, "remove this line")):
            files = {"core/a.cc": "\n" * lines, sizes.RATCHET: "core/a.cc 620\n"}
            found = self.problems(sizes.check, files)
            self.assertEqual([words in text for _, _, text in found] if words else found,
                             [True] if words else [])


class Forbidden(LintCase):
    PLANTED = {
        "GetSnapshot": "db->GetSnapshot();", "printf": "printf(a);", "cout": "std::cout << 1;",
        "abort": "std::abort();", "exit": "return exit(1);", "signal": "signal(1, f);",
        "setlocale": "setlocale(0, a);", "getenv": "auto x = getenv(a);", "detach": "t.detach();",
        "rand": "int x = rand();", "time": "auto x = time(nullptr);", "now": "steady_clock::now();",
        "throw": "throw 1;", "strcpy": "strcpy(a, b);", "sprintf": "std::sprintf(a, b);",
        "system": "system(a);", "gets": "gets(a);", "assert": "assert(a);",
        "thread_local": "thread_local int x;", "using": "using namespace std;",
        "mutex": "std::mutex m;", "thread": "std::thread t(f);", "sleep": "sleep_for(x);",
        "strtod": "x = strtod(a, b);", "regex": "std::regex r;", "typeid": "typeid(x);",
        "random_device": "std::random_device d;", "pthread_create": "pthread_create(a);",
    }

    def test_finds_each_call_and_names_what_to_use(self):
        for word, code in self.PLANTED.items():
            with self.subTest(word):
                text = "void f() {\n    " + code + "\n}\n"
                self.assert_found(forbidden.check, {"core/base/a.cc": text}, "core/base/a.cc", 2, word)

    def test_says_nothing_about_names_that_only_look_alike(self):
        text = ("// printf(a)\nvoid f() {\n    clock.time();\n    my::exit(2);\n    log(\"throw\");\n"
                "    std::thread::id i;\n    static_assert(true);\n    using std::string;\n}\n"
                "Clock& system();\nvoid abort(int code);\n")
        self.assert_clean(forbidden.check, {"core/base/a.cc": text})

    def test_tests_and_tools_may_print(self):
        self.assert_clean(forbidden.check, {"tools/grape/a.cc": "int main() { printf(a); }\n"})


class Marks(LintCase):
    def test_finds_marks_tabs_and_blanks(self):
        for text, words in (("// FIX" "ME\n", "unfinished"), ("// TO" "DO: x\n", "without an issue"),
                            ("\tint a;\n", "a tab"), ("int a; \n", "blanks"), ("int a;", "newline"),
                            ("\n\n", "empty lines"), ("// see /ho" "me/ann/x\n", "machine")):
            with self.subTest(words):
                self.assert_found(marks.check, {"core/a.cc": text}, "core/a.cc", 1, words)

    def test_a_mark_with_its_issue_may_stay(self):
        self.assert_clean(marks.check, {"core/a.cc": "// TO" "DO(#12): x\n"})


class Locks(LintCase):
    PAGE = "| file | lock |\n|---|---|\n| `core/a.h` | `mutex_` |\n"

    def test_finds_a_lock_that_the_page_does_not_list(self):
        files = {locks.PAGE: self.PAGE, "core/a.h": "mutable base::Mutex mutex_;\n"}
        self.assert_clean(locks.check, files)
        files["core/b.h"] = "\nbase::Mutex mutex_;\n"
        self.assert_found(locks.check, files, "core/b.h", 2, "does not list")

    def test_finds_a_row_without_its_lock(self):
        files = {locks.PAGE: self.PAGE, "core/a.h": "// base::Mutex mutex_;\n"}
        self.assert_found(locks.check, files, locks.PAGE, 3, "has no lock")


class Unused(LintCase):
    def test_finds_a_source_that_is_not_built(self):
        files = {"core/meson.build": "x = ['a.cc']\n", "core/a.cc": "", "core/b.cc": ""}
        found = self.problems(unused.check, files)
        self.assertEqual([path for path, _, _ in found], ["core/b.cc"])

    def test_finds_a_header_that_nobody_includes(self):
        self.assert_found(unused.check, {"core/a.h": ""}, "core/a.h", 1, "nothing includes")

    def test_finds_a_page_without_a_link_and_a_link_without_a_page(self):
        files = {"README.md": "[a](docs/a.md)\n[b](docs/b.md)\n", "docs/a.md": "a\n",
                 "docs/c.md": "c\n"}
        self.assert_found(unused.check, files, "docs/c.md", 1, "no page links")
        self.assert_found(unused.check, files, "README.md", 2, "docs/b.md leads nowhere")

    def test_finds_a_script_that_nothing_calls(self):
        files = {"tools/a.py": "import b\n", "tools/b.py": "", "dev": "python3 tools/a.py\n"}
        self.assert_clean(unused.check, files)
        self.assert_found(unused.check, {**files, "tools/c.py": ""}, "tools/c.py", 1, "nothing calls")


class CommitsAndFormat(LintCase):
    def test_finds_subjects_without_form(self):
        for subject in ("Add a thing", "index: Add a thing", "index: add a thing.",
                        "index: add " + "x" * 60):
            self.assertTrue(list(commits.check_subject("abc", subject)), subject)
        for subject in ("index: keep entry point when its level is deleted", "core/base: add ids",
                        "tests, fuzz: add `x`", "dev: 2 jobs by default"):
            self.assertEqual(list(commits.check_subject("abc", subject)), [], subject)

    def test_finds_code_that_is_not_formatted(self):
        files = {".clang-format": "BasedOnStyle: Google\n", "core/a.cc": "int a;\nint  b;\n"}
        found = self.problems(formatting.check, files)
        self.assertEqual(len(found), 1)
        # The one other answer is that the program is missing, and that is a finding too.
        self.assertIn(found[0][:2], [("core/a.cc", 2), (".clang-format", 1)])


if __name__ == "__main__":
    summary.run("__main__")
