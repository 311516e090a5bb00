# ./dev asan|tsan|ubsan|asan+ubsan and ./dev fuzz: builds with clang-14. Sourced by ./dev, never run.

# A finding ends the program with an exit code, so that the test runner counts it as a failure.
SANITIZER_ENVIRONMENT=(
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1"
    "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
    # The tests of forked children open a database, and so start threads, in the child.
    "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:die_after_fork=0"
    "ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-14"
    "UBSAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-14"
    "TSAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-14")

UBSAN_IGNORE="-fsanitize-ignorelist=$ROOT/tools/dev/ubsan_ignore.txt"

configure_sanitizer() {
    local -a common=(-Doptimization=1 -Ddebug=false -Db_lundef=false -Ddebug_checks=true
        -Dtests=true)
    # Lines are all that a report shows, and the rest of -g is a quarter of the time of a build.
    local lines=-gline-tables-only hardened=-D_GLIBCXX_ASSERTIONS
    case "$1" in
        asan) configure asan clang "${common[@]}" -Db_sanitize=address "-Dcpp_args=$lines $hardened" ;;
        # Both at once, for CI: they go together, and a build takes longer than the tests.
        asan+ubsan) configure asan+ubsan clang "${common[@]}" -Db_sanitize=address,undefined \
            "-Dcpp_args=$lines $hardened $UBSAN_IGNORE" ;;
        ubsan) configure ubsan clang "${common[@]}" -Db_sanitize=undefined \
            "-Dcpp_args=$lines $hardened $UBSAN_IGNORE" ;;
        # Without LevelDB's own code under it, ThreadSanitizer cannot see LevelDB's locks.
        tsan) configure tsan clang "${common[@]}" -Db_sanitize=thread "-Dleveldb_dir=$CACHE/tsan" \
            "-Dcpp_args=$lines" ;;
    esac
}

verb_sanitizer() {
    local name=$1
    shift
    if [ "$name" = tsan ]; then
        need_packages "${TSAN_PACKAGES[@]}"
        bash tools/dev/tsan_leveldb.sh "$CACHE/tsan"
    else
        need_packages "${SANITIZER_PACKAGES[@]}"
    fi
    configure_sanitizer "$name"
    build "$name"
    export "${SANITIZER_ENVIRONMENT[@]}"
    run_tests "$name" 20 --sanitizer "$@"
}

# verb_fuzz [TARGET] [SECONDS]
verb_fuzz() {
    local wanted="" seconds=30 argument target ran=0
    for argument in "$@"; do
        if [[ $argument =~ ^[0-9]+$ ]]; then seconds=$argument; else wanted=$argument; fi
    done
    need_packages "${FUZZ_PACKAGES[@]}"
    configure fuzz clang -Doptimization=1 -Ddebug=true -Db_lundef=false \
        -Db_sanitize=address,undefined -Ddebug_checks=true -Dtests=false -Dfuzz=true \
        "-Dcpp_args=-fsanitize=fuzzer-no-link $UBSAN_IGNORE"
    build fuzz
    export "${SANITIZER_ENVIRONMENT[@]}"
    for target in fuzz/fuzz_*.cc; do
        target=$(basename "$target" .cc)
        [ -z "$wanted" ] || [ "$wanted" = "$target" ] || [ "$wanted" = "${target#fuzz_}" ] || continue
        fuzz_one "$target" "$seconds"
        ran=$((ran + 1))
    done
    [ "$ran" -gt 0 ] || fail "no fuzz target ${wanted:+named $wanted }in fuzz/"
}

# New inputs stay in build/fuzz/found, so that the next run begins where this one ended; one worth
# keeping is copied to fuzz/corpus by hand. Inputs that fail go to build/fuzz/failing.
fuzz_one() {
    local target=$1 seconds=$2
    local found="$BUILD/fuzz/found/$target" failing="$BUILD/fuzz/failing/$target"
    local corpus="fuzz/corpus/${target#fuzz_}"
    mkdir -p "$found" "$failing"
    [ -d "$corpus" ] || corpus=""
    say "fuzzes $target for $seconds s"
    "$BUILD/fuzz/fuzz/$target" -max_total_time="$seconds" -verbosity=0 -print_final_stats=1 \
        -artifact_prefix="$failing/" "$found" ${corpus:+"$corpus"} ||
        fail "$target found an input that fails: ${failing#"$ROOT"/}/"
}
