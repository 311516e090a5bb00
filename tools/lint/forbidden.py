"""Calls and words that the library does without, each with what to use in its place.

A rule looks at code without comments and strings, in the files of `where`, other than `but`.
"""

import collections
import fnmatch
import re

from tree import Problem, line_of

Rule = collections.namedtuple("Rule", "pattern where but instead")

LIBRARY = ("core/*", "storage/*", "capi/*")
ALL = ("*",)
CODE = LIBRARY + ("tools/grape/*", "bindings/*", "examples/*", "bench/*", "fuzz/*", "tests/*")
# A name that is called, and is neither a member, nor of another namespace than std, nor declared
# (a type and a blank stand before it).
CALL = r"(?<![\w.>:])(?:(?<=return )|(?<![\w&*>] ))(?:std::|::)?{}\s*\("


def call(names):
    return CALL.format(f"(?:{names})")


RULES = [
    Rule(r"\bGetSnapshot\b", ALL, ("tests/unit/storage/leveldb_snapshot_test.cc",),
         "no store snapshots: deleted keys reappear under them; versions are in the keys"),
    Rule(call("printf|fprintf|vprintf|puts|fputs|putchar|perror") + r"|\bstd::(cout|cerr|clog)\b",
         LIBRARY, ("core/base/check.cc",),
         "the library is silent: return a Status, or use core/base/log.h"),
    Rule(call("abort|exit|_exit|_Exit|quick_exit|terminate|atexit"), LIBRARY,
         ("core/base/check.cc",),
         "the process is the host's: return a Status, or GRAPE_NEVER for what cannot be"),
    Rule(call("signal|sigaction|raise"), LIBRARY, (),
         "signals are the host's; core/base/thread.h blocks them in our threads"),
    Rule(call("setlocale|uselocale|strtod|strtof|atof|atoi|stoi|stod|stof|stoul"), LIBRARY, (),
         "depends on the host's locale or throws: use std::from_chars"),
    Rule(call("getenv|secure_getenv|setenv|putenv"), LIBRARY, (),
         "the environment is the host's: pass an option"),
    Rule(r"\bstd::(thread|jthread|async)\b(?!::)", LIBRARY, (),
         "use core/base/thread.h: named, joinable, signals blocked"),
    Rule(r"[.>]detach\s*\(", CODE, (), "a detached thread outlives its library: join it"),
    Rule(call("rand|srand|random|drand48") + r"|\bstd::random_device\b", LIBRARY, (),
         "randomness is passed in: take a seed"),
    Rule(call("time|clock|gettimeofday|clock_gettime|localtime|gmtime") +
         r"|\b(system|steady|high_resolution)_clock::now\b", LIBRARY,
         ("core/base/clock.cc", "storage/env/*"), "the time is passed in: use core/base/clock.h"),
    Rule(call("sleep|usleep|nanosleep") + r"|\bsleep_(for|until)\b", LIBRARY, ("storage/env/*",),
         "wait on a Condition that somebody signals (core/base/mutex.h)"),
    Rule(r"\bthrow\b(?!\s*;)", LIBRARY, (), "no exceptions of our own: return Status or Result"),
    Rule(r"\b(dynamic_cast|typeid)\b", LIBRARY, (), "say in the type what it is: an enum or a variant"),
    Rule(call("strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca"), CODE, (),
         "no bound: use std::string, cat() or std::span"),
    Rule(call("system|popen"), LIBRARY, (), "the library starts no programs"),
    Rule(call("assert"), LIBRARY, (),
         "use GRAPE_DCHECK for our own logic; data from outside gets a Status"),
    Rule(r"\bthread_local\b|\b__thread\b", LIBRARY, (),
         "hosts move work between threads: pass it as an argument"),
    Rule(r"\busing\s+namespace\s+(?!std::(?:\w+::)*\w*literals\b)", CODE, (),
         "name what you use; only the namespaces of literals may be opened"),
    Rule(r"\bstd::(mutex|condition_variable|lock_guard|unique_lock|shared_mutex)\b", LIBRARY,
         ("core/base/mutex.h", "core/engine/view.h"), "use core/base/mutex.h: clang then checks the locks"),
    Rule(r"\bstd::(regex|iostream|endl)\b", LIBRARY, (), "large and slow: write the few lines"),
    Rule(r"\bpthread_create\b", LIBRARY, ("core/base/thread.cc",), "use core/base/thread.h"),
]

# storage/env is what LevelDB asks for the time and to wait: it reaches for both on LevelDB's behalf.
COMPILED = [(re.compile(rule.pattern), rule) for rule in RULES]


def fits(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def check(tree):
    for path in tree.cpp():
        code = tree.code(path)
        for pattern, rule in COMPILED:
            if not fits(path, rule.where) or fits(path, rule.but):
                continue
            for match in pattern.finditer(code):
                word = match.group().strip(" (\t\n")
                yield Problem(path, line_of(code, match.start()), f"{word}: {rule.instead}")
