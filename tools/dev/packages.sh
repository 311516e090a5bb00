# Debian packages: what each verb needs, and their installation. Sourced by ./dev, never run.
#
# The lists are for Debian 12. Nothing is called when all is there: one dpkg-query, no network.

BUILD_PACKAGES=(g++ meson ninja-build pkg-config python3-minimal python3
    libleveldb-dev libsnappy-dev libxxhash-dev rapidjson-dev
    libutf8proc-dev libstemmer-dev
    libflatbuffers-dev flatbuffers-compiler libcli11-dev libbenchmark-dev zlib1g-dev)
LINT_PACKAGES=(python3 git clang-format-14)
TEST_PACKAGES=("${BUILD_PACKAGES[@]}" "${LINT_PACKAGES[@]}" libgtest-dev binutils mandoc
    python3-venv)
# Peers are compiled, and live in an environment of their own.
BENCH_PACKAGES=("${BUILD_PACKAGES[@]}" python3-venv python3-dev)
CLANG_PACKAGES=(clang-14 libclang-rt-14-dev llvm-14)
FUZZ_PACKAGES=("${BUILD_PACKAGES[@]}" "${CLANG_PACKAGES[@]}" libgtest-dev)
SANITIZER_PACKAGES=("${TEST_PACKAGES[@]}" "${CLANG_PACKAGES[@]}")
TSAN_PACKAGES=("${SANITIZER_PACKAGES[@]}" dpkg-dev ca-certificates)

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
    local name state installed=" "
    while read -r state name; do
        [ "$state" = installed ] && installed+="$name "
    done < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null)
    for name in "$@"; do
        [[ $installed == *" $name "* ]] || printf '%s\n' "$name"
    done | sort -u
}

# as_root COMMAND...: runs it, through sudo where the user is not root.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        say "this needs root; will run: sudo $*"
        if [ -n "${CI:-}" ] || [ ! -t 0 ]; then sudo -n "$@"; else sudo "$@"; fi
    else
        fail "this needs root and there is no sudo; run as root: $*"
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@"
}

# need_packages NAME...: installs what is missing of the list.
need_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian system: these packages, or their like, must be there already: $*"
        return
    fi
    local -a missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -eq 0 ] && return
    say "installs ${#missing[@]} Debian packages: ${missing[*]}"
    # A fresh machine has no package lists, an old one stale lists.
    as_root apt-get update -qq || say "apt-get update failed; going on with the lists that are there"
    apt_install "${missing[@]}" || fail "apt-get could not install: ${missing[*]}"
}
