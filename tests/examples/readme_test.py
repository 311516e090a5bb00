#!/usr/bin/env python3
"""The README's promises: its C and C++ examples are the files in examples/, and these compile
against the installed library as it says, run, and run again. Its commands are verbs of ./dev and
do what they say.

readme_test.py BUILD FIRST_C FIRST_CC
"""

import os
import re
import subprocess
import sys
import tempfile

from cases import run_cases

BUILD, FIRST_C, FIRST_CC = (os.path.abspath(argument) for argument in sys.argv[1:4])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STRICT = ["-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
EXPECTED = '0.9138 {"name":"east"}\n0.4061 {"name":"north"}\n'


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def readme_blocks(language):
    text = read(os.path.join(ROOT, "README.md"))
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    return [block for name, block in blocks if name == language]


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


def install(folder):
    """Installs what is built into `folder`; returns the environment in which pkg-config finds it."""
    run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", folder])
    pc = next(os.path.join(path, "grape.pc") for path, _, files in os.walk(folder)
              if "grape.pc" in files)
    return dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(pc), PKG_CONFIG_SYSROOT_DIR=folder)


def compile_and_run_twice(command, source):
    """`command` is the compiler with its standard; pkg-config says the rest, as in the README."""
    with tempfile.TemporaryDirectory() as folder:
        environment = install(folder)
        flags = run(["pkg-config", "--cflags", "--libs", "grape"], env=environment).split()
        library = next(flag[2:] for flag in flags if flag.startswith("-L"))
        program = os.path.join(folder, "first")
        run([*command, *STRICT, source, *flags, "-Wl,-rpath," + library, "-o", program])
        for _ in range(2):
            assert run([program], cwd=folder) == EXPECTED
        assert os.path.isdir(os.path.join(folder, "first.grape"))


def the_c_example_is_the_file():
    assert readme_blocks("c") == [read(FIRST_C)], "copy examples/c/first.c into README.md"


def the_cpp_example_is_the_file():
    assert readme_blocks("cpp") == [read(FIRST_CC)], "copy examples/cpp/first.cc into README.md"


def the_c_example_compiles_and_runs_twice():
    compile_and_run_twice(["gcc", "-std=c99"], FIRST_C)


def the_cpp_example_compiles_and_runs_twice():
    compile_and_run_twice(["g++", "-std=c++17"], FIRST_CC)


def the_shell_commands_find_the_wedding():
    block = next(text for text in readme_blocks("") if text.startswith("grape "))
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(ROOT, "examples"), os.path.join(folder, "examples"))
        tools = os.path.join(BUILD, "tools", "grape")
        shown = run(["sh", "-e", "-c", block], cwd=folder,
                    env=dict(os.environ, PATH=tools + ":" + os.environ["PATH"]))
    assert re.search(r"^0\.8\d+ .*wedding", shown, re.M), shown


def every_command_is_a_verb_of_dev():
    verbs = set(re.findall(r"\./dev ([a-z]+)", read(os.path.join(ROOT, "README.md"))))
    known = subprocess.run([os.path.join(ROOT, "dev"), "help"], stdout=subprocess.PIPE, text=True,
                           check=True).stdout
    assert {"demo", "test"} <= verbs
    for verb in verbs:
        assert re.search(rf"^  {verb}\b", known, re.M), verb


CASES = [the_c_example_is_the_file, the_cpp_example_is_the_file,
         the_c_example_compiles_and_runs_twice, the_cpp_example_compiles_and_runs_twice,
         the_shell_commands_find_the_wedding, every_command_is_a_verb_of_dev]


if __name__ == "__main__":
    sys.exit(run_cases(CASES, lambda case: case()))
