// What benchmarks in C++ do with a database, whatever they measure. A failure ends the program.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "bench/dataset.h"
#include "bindings/cpp/grape.hpp"

namespace grape::bench {

template <typename T>
T must(Result<T> result) {
    if (result) return std::move(result).value();
    std::fprintf(stderr, "%s: %s\n", result.error().name(), result.error().message.c_str());
    std::exit(1);
}

inline Distance distance_of(const Dataset& set) {
    return set.distance == "Euclid" ? Distance::euclid : Distance::cosine;
}

// The rows [first, end) in one request; a row's id is its number.
inline void upsert_rows(Database& db, const std::string& collection, const Matrix& rows,
                        size_t first, size_t end) {
    std::vector<uint64_t> ids(end - first);
    for (size_t i = 0; i < ids.size(); ++i) ids[i] = first + i;
    must(
        db.upsert(collection, ids, Slice<float>(rows.row(first), ids.size() * rows.dim), rows.dim));
}

// The same, `at_once` rows a request.
inline void import_rows(Database& db, const std::string& collection, const Matrix& rows,
                        size_t first, size_t end, size_t at_once = 1000) {
    for (; first < end; first += at_once) {
        upsert_rows(db, collection, rows, first, std::min(first + at_once, end));
    }
}

}  // namespace grape::bench
