/* Searches as programs that care for time ask them: a FlatBuffers message that is made once and
 * says all but the vector, which is a blob. Only calls of the installed header. Threads: as the
 * database's. */
#pragma once

#include "bench/c_calls.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a field must be: `text`, or, when it is NULL, a number of at least `gte`. */
typedef struct bench_condition {
    const char* key;
    const char* text;
    double gte;
} bench_condition;

typedef struct bench_search bench_search;

/* For k points. `effort` 0: the default. `condition` may be NULL. NULL: no memory. */
BENCH_EXPORT bench_search* bench_search_make(const char* collection, size_t k, uint32_t effort,
                                             const bench_condition* condition);
BENCH_EXPORT void bench_search_free(bench_search* search);
/* `ids` gets k numbers; those that are missing are UINT64_MAX. */
BENCH_EXPORT int32_t bench_search_run(grape_db* db, const bench_search* search, const float* query,
                                      uint32_t dim, uint64_t* ids);

#ifdef __cplusplus
}
#endif
