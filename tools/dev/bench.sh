# Benchmarks that compare Grape with other engines, each from its package. Sourced by ./dev, never
# run.

# peer_python: the interpreter of build/peers, with the engines to compare with.
peer_python() {
    local folder="$BUILD/peers"
    if [ ! -f "$folder/.complete" ]; then
        say "installs the engines to compare with into build/peers"
        rm -rf "$folder"
        /usr/bin/env python3 -m venv "$folder" || fail "python3 -m venv failed"
        "$folder/bin/pip" install --quiet numpy pybind11 setuptools wheel >&2 &&
            CFLAGS="-O3 -march=native" CXXFLAGS="-O3 -march=native" "$folder/bin/pip" install --quiet \
                --no-binary hnswlib --no-build-isolation hnswlib >&2 ||
            fail "a peer cannot be installed; no comparison without it"
        touch "$folder/.complete"
    fi
    printf '%s' "$folder/bin/python"
}

# `./dev bench ann --sets fashion,lsi --out FILE.json`
bench_ann() {
    local python
    python=$(peer_python)
    "$python" bench/ann/run.py --library "$BUILD/release/bench/ann/libann_grape.so" "$@"
}
