// What each fuzz target offers: one function that takes any bytes. It must not crash, must not be
// slow, and calls fuzz_check() for what must hold of every input.
//
// With -Dfuzz=true libFuzzer calls it; otherwise standalone_main.cc does, with the corpus, as a
// test.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

inline void fuzz_check(bool holds) {
    if (!holds) __builtin_trap();
}
