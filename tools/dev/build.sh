# Build folders: configured once, built by ninja. Sourced by ./dev, never run.

# configure NAME COMPILER OPTION...: makes build/NAME, or changes its options if the list changed.
# COMPILER is gcc or clang.
configure() {
    local name=$1 compiler=$2
    shift 2
    local folder="$BUILD/$name"
    # Python and the compiler are the system's, whatever a version manager put into PATH.
    local -a environment=(CC=gcc CXX=g++)
    [ "$compiler" = clang ] && environment=(CC=clang-14 CXX=clang++-14)
    local wanted="$compiler $*"
    if [ -f "$folder/build.ninja" ] && [ "$(cat "$folder/.dev-options" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    mkdir -p "$BUILD"
    if [ -e "$folder" ]; then
        say "configures build/$name anew: its options changed"
        rm -rf "$folder"
    else
        say "configures build/$name"
    fi
    env "${environment[@]}" meson setup "$folder" "$@" >"$BUILD/$name.configure.txt" 2>&1 || {
        tail -n 30 "$BUILD/$name.configure.txt" >&2
        fail "meson failed; all of its output is in build/$name.configure.txt"
    }
    printf '%s' "$wanted" >"$folder/.dev-options"
}

# build NAME TARGET...: builds targets of build/NAME (all when none is given).
build() {
    local name=$1
    shift
    say "builds build/$name"
    ninja -C "$BUILD/$name" -j "$JOBS" "$@" >&2 || fail "the build of build/$name failed, see above"
}

# Release code as it is shipped: checks of our own logic off.
configure_release() {
    configure release gcc -Dbuildtype=release -Ddebug_checks=false -Dtests=false -Dbench=true
}

# The code that the tests run: optimised, checks of our own logic on. Benchmarks are built, too, so
# that they do not rot.
configure_test() {
    configure test gcc -Doptimization=2 -Ddebug=false -Ddebug_checks=true -Dtests=true -Dbench=true \
        -Dcpp_args=-D_GLIBCXX_ASSERTIONS
}
