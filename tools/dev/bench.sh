# Benchmarks that compare Grape with other engines, each from its package. Sourced by ./dev, never
# run.

# peer_folder NAME INSTALLER: an environment in build/NAME, filled by INSTALLER FOLDER whenever that
# or the list of engines has changed; prints its interpreter. An engine that cannot be installed
# fails the run.
peer_folder() {
    local folder="$BUILD/$1" wanted
    wanted=$(cat bench/engine/requirements.txt; declare -f "$2")
    if [ "$(cat "$folder/.complete" 2>/dev/null)" != "$wanted" ]; then
        say "installs the engines to compare with into build/$1"
        rm -rf "$folder"
        /usr/bin/env python3 -m venv "$folder" || fail "python3 -m venv failed"
        "$2" "$folder" >&2 || fail "a peer cannot be installed; no comparison without it"
        printf '%s\n' "$wanted" >"$folder/.complete"
    fi
    printf '%s' "$folder/bin/python"
}

install_ann_peers() {
    "$1/bin/pip" install --quiet numpy pybind11 setuptools wheel &&
        CFLAGS="-O3 -march=native" CXXFLAGS="-O3 -march=native" "$1/bin/pip" install --quiet \
            --no-binary hnswlib --no-build-isolation hnswlib
}

install_engine_peers() {
    "$1/bin/pip" install --quiet -r bench/engine/requirements.txt
}

# `./dev bench ann --sets fashion,lsi --out FILE.json`
bench_ann() {
    local python
    python=$(peer_folder peers install_ann_peers)
    "$python" bench/ann/run.py --library "$BUILD/release/bench/ann/libann_grape.so" "$@"
}

# `./dev bench engine --out FILE.json`
bench_engine() {
    local python
    python=$(peer_folder engine-peers install_engine_peers)
    "$python" bench/engine/run.py --library "$BUILD/release/bench/engine/libengine_grape.so" "$@"
}
