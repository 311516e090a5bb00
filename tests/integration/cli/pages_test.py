#!/usr/bin/env python3
"""What the table of commands makes: help, man page, completions; and that docs/cli.md is true:
pages_test.py GRAPE DOCS_CLI_MD."""

import os
import re
import shutil
import subprocess
import sys

from cli_support import GRAPE, Skip, grape, rows, run_cases, write, write_lines, write_npy

PAGE = os.path.abspath(sys.argv[2])
COMMANDS = ["create", "import", "search", "get", "count", "scroll", "delete", "info", "inspect",
            "verify", "request", "help"]


def help_explains_each_command(folder):
    overview = grape(folder, "--help").out
    assert grape(folder, "help").out == overview and grape(folder, "-h").out == overview
    for command in COMMANDS:
        assert re.search(rf"^  {command} +[a-z]", overview, re.M), command
        text = grape(folder, command, "--help").out
        assert text == grape(folder, "help", command).out
        assert text.startswith(f"usage: grape {command}") and "--json" in text
        assert "Examples:" in text, command
    assert "man" not in re.findall(r"^  (\w+)", overview, re.M)
    assert max(map(len, overview.splitlines())) <= 92
    grape(folder, "help", "bla", code=2, text="no command 'bla'")


def help_lists_the_exit_codes(folder):
    codes = re.findall(r"^  (\d+) +\S", grape(folder, "--help").out, re.M)
    assert codes == [*map(str, range(10)), "130"], codes


def the_version_is_said(folder):
    assert re.fullmatch(r"grape \d+\.\d+\.\d+\n", grape(folder, "--version").out)
    assert list(grape(folder, "--version", "--json").json()) == ["version"]


def the_man_page_is_clean(folder):
    if shutil.which("mandoc") is None:
        raise Skip("mandoc is not installed")
    page = grape(folder, "man").out
    done = subprocess.run(["mandoc", "-Tlint"], input=page, stdout=subprocess.PIPE, text=True,
                          check=False)
    assert done.returncode == 0 and done.stdout == "", done.stdout
    for command in COMMANDS:
        assert f"\n.Ss {command}\n" in page, command


def complete(folder, *words):
    """What bash offers for the last of the words."""
    quoted = " ".join("'" + word + "'" for word in ["grape", *words])
    script = (f"source <('{GRAPE}' completions bash)\nCOMP_WORDS=({quoted})\n"
              f"COMP_CWORD={len(words)}\n_grape\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["bash", "-c", script], cwd=folder, stdout=subprocess.PIPE, text=True,
                          check=True)
    return done.stdout.split()


def bash_completes(folder):
    assert complete(folder, "se") == ["search"]
    assert "man" not in complete(folder, "")
    assert complete(folder, "search", "db", "c", "--thr") == ["--threshold"]
    assert complete(folder, "create", "db", "c", "--distance", "d") == ["dot"]
    write(folder, "vectors.npy", "x")
    assert complete(folder, "import", "db", "c", "vec") == ["vectors.npy"]
    assert complete(folder, "help", "ver") == ["verify"]
    assert complete(folder, "search", "db", "c", "--limit", "") == []


def the_completions_of_other_shells_are_well_formed(folder):
    for shell in ("zsh", "fish"):
        text = grape(folder, "completions", shell).out
        assert all(command in text for command in COMMANDS)
        assert text.count("'") % 2 == 0 or "\\'" in text
        if shutil.which(shell) is not None:
            subprocess.run([shell, "-n"], input=text, text=True, check=True)
    grape(folder, "completions", "csh", code=2, text="bash, zsh or fish")


def prepare(folder):
    """The files that the page's commands name."""
    write_npy(folder, rows(2000, 4))
    write_npy(folder, rows(10, 4), name="queries.npy")
    write_lines(folder, [{"id": i, "word": f"w{i}"} for i in range(2000)], "words.jsonl")
    write_lines(folder, [{"id": f"p{i}", "vector": v, "payload": {"word": f"p{i}"}}
                         for i, v in enumerate(rows(5, 4))])
    write_lines(folder, [{"name": f"n{i}", "embedding": v, "kind": "x"}
                         for i, v in enumerate(rows(5, 4))], "objects.jsonl")


def every_command_of_the_page_runs(folder):
    prepare(folder)
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    environment = dict(os.environ, PATH=os.path.dirname(GRAPE) + ":" + os.environ["PATH"])
    ran = 0
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S):
        done = subprocess.run(["bash", "-ec", block], cwd=folder, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stdout}"
        ran += 1
    assert ran >= 8, ran


def the_page_lists_the_exit_codes_and_commands(folder):
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    helped = re.findall(r"^  (\d+) +(.+)$", grape(folder, "--help").out, re.M)
    for code, meaning in helped:
        assert re.search(rf"^\| {code} \| `\w+` \| {re.escape(meaning)}", page, re.M), code
    for command in COMMANDS:
        assert f"`grape {command}" in page, command


if __name__ == "__main__":
    run_cases(sys.modules[__name__])
