#!/usr/bin/env bash
# Builds LevelDB from Debian's source package with ThreadSanitizer, outside the tree:
# tsan_leveldb.sh FOLDER gives FOLDER/libleveldb.a. Does nothing when it is there.
#
# apt works with lists and a cache of its own in FOLDER, so that the system's sources stay as they
# are; the mirror is the one the system uses. Debian's patch that keeps RTTI on comes with it.
set -euo pipefail

folder=$1
say() { printf 'dev: %s\n' "$*" >&2; }

version=$(dpkg-query -W -f '${source:Version}' libleveldb-dev)
stamp="$folder/version.txt"
if [ -f "$folder/libleveldb.a" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$version" ]; then exit 0; fi

say "builds LevelDB $version with ThreadSanitizer in $folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial"

# The system's Debian archives, as source archives.
sources="$folder/apt/sources.list"
apt-get indextargets --format '$(ORIGIN) $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $4 == "main" { print "deb-src", $2, $3, $4 }' | sort -u >"$sources"
if [ ! -s "$sources" ]; then
    say "apt knows no Debian archive; run apt-get update first"
    exit 1
fi

apt_private=(-o "Dir::Etc::SourceList=$sources" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache"
    -o APT::Sandbox::User=root -qq)
apt-get "${apt_private[@]}" update
cd "$folder"
rm -rf leveldb-*
apt-get "${apt_private[@]}" source "leveldb=$version"

cd leveldb-*/
flags=(-std=c++17 -O1 -g -fPIC -fsanitize=thread -I. -Iinclude -DLEVELDB_PLATFORM_POSIX=1
    -DHAVE_FDATASYNC=1 -DHAVE_FULLFSYNC=0 -DHAVE_O_CLOEXEC=1 -DHAVE_SNAPPY=1 -DHAVE_CRC32C=0)
find db table util helpers -name '*.cc' ! -name '*_test.cc' ! -name '*_bench.cc' \
    ! -name '*_windows*' ! -name leveldbutil.cc ! -name testutil.cc -print0 |
    xargs -0 -P "$(nproc)" -I{} bash -c \
        'out=objects/$(echo "$1" | tr / _).o; shift; mkdir -p objects; "$@" -o "$out"' \
        _ {} clang++-14 "${flags[@]}" -c {}
rm -f "$folder/libleveldb.a"
ar rcs "$folder/libleveldb.a" objects/*.o
printf '%s' "$version" >"$stamp"
