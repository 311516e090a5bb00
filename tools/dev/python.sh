# Python packages that tests compare with, in a virtual environment of ours. Sourced by ./dev.
#
# build/python is made once; a second call compares one file with its copy, without network. A test
# that finds no package there skips, and says so, so a machine without network can still run the rest.

# need_python FILE: installs the packages of a list for pip into build/python.
need_python() {
    local file=$1 folder="$BUILD/python"
    local stamp="$folder/installed-${1//\//-}"
    cmp -s "$file" "$stamp" && return
    say "installs the Python packages of $file into build/python"
    mkdir -p "$BUILD"
    [ -x "$folder/bin/pip" ] || /usr/bin/env python3 -m venv "$folder" >&2 ||
        { say "python3 -m venv failed; going on without"; return 0; }
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$file" >&2 ||
        { say "pip could not install $file; the tests that need it skip"; return 0; }
    cp "$file" "$stamp"
}
