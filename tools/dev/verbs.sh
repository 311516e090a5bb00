# The verbs of ./dev other than the sanitizers and fuzz. Sourced by ./dev, never run.

# The program that `./dev demo` runs, and the ninja target that makes it.
DEMO_TARGET=${GRAPE_DEMO_TARGET:-examples/demo/grape-demo}

verb_help() {
    cat <<'END'
usage: ./dev VERB [OPTION...]

  demo                 build, then import real data, search it, kill it, reopen it
  test                 build and run all tests; the last line is `N passed, N failed, N skipped`
    --filter TEXT        only tests or cases whose name contains TEXT
    --quick              leave out the slow ones (suite `slow`)
    --jobs N             programs run side by side (default: one for each core)
  bench [NAME] [-- ...]  build and run the benchmarks in bench/, or the one named
  bench ann --sets fashion,lsi,sift200,gloss --out FILE.json
                       Grape beside other engines: recall, speed, build, memory
  bench engine --out FILE.json
                       Grape beside other embedded databases: import, upserts, reads,
                       filtered search, updates, opening, memory, disk
  lint                 layers, includes, sizes, forbidden calls, formatting, commit subjects
  format               run clang-format over all C and C++ files
  asan | tsan | ubsan | asan+ubsan
                       the tests under a sanitizer, or two; takes the options of `test`
  fuzz [TARGET] [SECONDS]  run the fuzz targets in fuzz/ (default: each for 30 seconds)
  clean                remove build/ (the cache in ~/.cache/grape stays; `clean --all` takes it too)
  help                 this text

Each verb installs the Debian 12 packages that are missing (with sudo where you are not root) and
builds what has changed. Build folders: build/release, build/test, build/asan, ...
END
}

verb_demo() {
    need_packages "${BUILD_PACKAGES[@]}"
    configure_release
    build release "$DEMO_TARGET"
    "$BUILD/release/$DEMO_TARGET" "$@"
}

verb_test() {
    need_packages "${TEST_PACKAGES[@]}"
    need_python tests/differential/requirements.txt
    configure_test
    build test
    run_tests test 4 "$@"
}

# run_tests BUILD_NAME TIMEOUT_FACTOR OPTION...: all the tests of a build folder, counted by case.
run_tests() {
    local name=$1 factor=$2
    shift 2
    /usr/bin/env python3 tools/dev/run_tests.py --build "$BUILD/$name" --timeout-factor "$factor" "$@"
}

verb_bench() {
    need_packages "${BENCH_PACKAGES[@]}"
    configure_release
    build release
    local name=""
    if [ $# -gt 0 ] && [ "$1" != -- ]; then
        name=$1
        shift
    fi
    [ "${1:-}" = -- ] && shift
    if [ "$name" = ann ] || [ "$name" = engine ]; then
        "bench_$name" "$@"
        return
    fi
    local program ran=0
    for program in "$BUILD"/release/bench/*; do
        [ -f "$program" ] && [ -x "$program" ] || continue
        [ -z "$name" ] || [ "$(basename "$program")" = "$name" ] || continue
        say "runs $(basename "$program")"
        "$program" "$@"
        ran=$((ran + 1))
    done
    [ "$ran" -gt 0 ] || fail "no benchmark ${name:+named $name }in bench/"
}

verb_lint() {
    need_packages "${LINT_PACKAGES[@]}"
    /usr/bin/env python3 tools/lint/lint.py "$@"
}

verb_format() {
    need_packages "${LINT_PACKAGES[@]}"
    git ls-files -z --cached --others --exclude-standard -- \
        '*.h' '*.hpp' '*.c' '*.cc' | xargs -0 -r ls -d 2>/dev/null | xargs -d '\n' -r clang-format-14 -i
    say "formatted; git diff shows what changed"
}

verb_clean() {
    rm -rf "$BUILD"
    if [ "${1:-}" = --all ]; then rm -rf "$CACHE"; fi
    say "removed ${BUILD#"$ROOT"/}"
}
