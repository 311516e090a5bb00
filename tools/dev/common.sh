# Shared by the parts of ./dev: messages and places. Sourced, never run.

# What is kept outside the tree: sources of packages that a sanitizer needs.
CACHE=${GRAPE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/grape}
BUILD=${GRAPE_BUILD:-$ROOT/build}
JOBS=${GRAPE_JOBS:-$(nproc)}

say() { printf 'dev: %s\n' "$*" >&2; }

fail() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

# True when a person looks at the output.
on_terminal() { [ -t 1 ] && [ -z "${CI:-}" ]; }
