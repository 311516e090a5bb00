/* What the benchmarks in Python call in C, whatever they measure: opening, closing, a request, and
 * the ids of a reply in JSON. Only calls of the installed header. Threads: as the database's. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "capi/include/grape/grape.h"

#if defined(__GNUC__)
#define BENCH_EXPORT __attribute__((visibility("default")))
#else
#define BENCH_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

BENCH_EXPORT grape_db* bench_open(const char* path);
BENCH_EXPORT int32_t bench_close(grape_db* db);
/* Any request in JSON; the reply is cut to fit. */
BENCH_EXPORT int32_t bench_request(grape_db* db, const char* json, char* reply, size_t bytes);

/* The numbers behind "id": in a reply; places without one keep what they have. */
void bench_read_ids(const char* reply, size_t wanted, uint64_t* ids);

#ifdef __cplusplus
}
#endif
