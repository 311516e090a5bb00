"""The test runner: what it counts, and what it must not let pass."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tools", "dev")]

import summary  # noqa: E402
import test_results  # noqa: E402

GTEST = """{"testsuites": [{"name": "A", "testsuite": [
  {"name": "runs", "result": "COMPLETED"},
  {"name": "breaks", "result": "COMPLETED", "failures": [{"failure": "x"}]},
  {"name": "waits", "result": "SKIPPED"},
  {"name": "DISABLED_x", "result": "SUPPRESSED"},
  {"name": "filtered", "result": "SUPPRESSED"}]}]}"""


def outcome(output="", exit_code=0, timed_out=False, report=None):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        if report is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(report)
        return test_results.read_outcome("prog", exit_code, timed_out, output, path)


class Results(unittest.TestCase):
    def check(self, found, passed, failed, skipped):
        self.assertEqual((found.passed, found.failed, found.skipped), (passed, failed, skipped))

    def test_counts_the_cases_of_googletest(self):
        self.check(outcome(exit_code=1, report=GTEST), 1, 1, ["A.waits", "A.DISABLED_x"])

    def test_counts_what_a_program_prints(self):
        text = "skipped: far: no data\n7 passed, 0 failed, 1 skipped\n"
        self.check(outcome(text), 7, 0, ["prog.far"])

    def test_the_last_summary_counts(self):
        self.check(outcome("1 passed, 0 failed, 0 skipped\n3 passed, 0 failed, 0 skipped\n"), 3, 0, [])

    def test_skips_must_have_names(self):
        self.check(outcome("7 passed, 0 failed, 1 skipped\n"), 7, 1, [])

    def test_a_program_that_died_has_failed(self):
        self.check(outcome("7 passed, 0 failed, 0 skipped\n", exit_code=-11), 7, 1, [])
        self.assertIn("SIGSEGV", outcome(exit_code=-11).problems[0])

    def test_a_program_without_a_summary_has_failed(self):
        self.check(outcome("all is well\n"), 0, 1, [])

    def test_an_exit_code_without_a_failed_case_is_a_failure(self):
        self.check(outcome("7 passed, 0 failed, 0 skipped\n", exit_code=3), 7, 1, [])

    def test_a_program_that_ran_nothing_has_failed(self):
        self.check(outcome("0 passed, 0 failed, 0 skipped\n"), 0, 1, [])

    def test_a_program_that_hangs_has_failed(self):
        self.check(outcome("", exit_code=-9, timed_out=True), 0, 1, [])

    def test_a_cut_report_is_a_failure(self):
        self.assertGreaterEqual(outcome(report=GTEST[:40]).failed, 1)


class Skips(unittest.TestCase):
    def read(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            return test_results.read_skips(file.name)

    def test_reads_names_and_reasons(self):
        skips, problems = self.read("# why\n\nA.waits | needs a machine with NEON\n")
        self.assertEqual((skips, problems), ({"A.waits": "needs a machine with NEON"}, []))

    def test_a_skip_needs_a_reason_and_cannot_be_everything(self):
        for line in ("A.waits\n", "A.waits |\n", "| reason\n", "* | all\n"):
            skips, problems = self.read(line)
            self.assertEqual((skips, len(problems)), ({}, 1), line)


class Dev(unittest.TestCase):
    def dev(self, *arguments):
        return subprocess.run([os.path.join(ROOT, "dev"), *arguments], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_help_names_every_verb(self):
        run = self.dev("help")
        self.assertEqual(run.returncode, 0)
        for verb in ("demo", "test", "bench", "lint", "format", "asan", "tsan", "ubsan", "fuzz",
                     "clean", "help"):
            self.assertIn(f"  {verb}", run.stdout.replace(" | ", "\n  "))

    def test_an_unknown_verb_fails(self):
        run = self.dev("tset")
        self.assertEqual(run.returncode, 1)
        self.assertIn("tset", run.stderr)


if __name__ == "__main__":
    summary.run("__main__")
