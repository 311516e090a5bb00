/* Grape as `bench/engine` calls it: loops over the C ABI that cost no Python, with the time of each
 * call. Only calls of the installed header. Threads: engine_writers() starts its own, the others
 * run where they are called. Times are nanoseconds; a status below 0 ends a loop. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/search_message.h"

/* Rows that are written: row i has the id ids[i], `dim` floats, and a payload of JSON text. */
typedef struct engine_rows {
    const uint64_t* ids;
    const float* vectors;
    const char* const* payloads;
    size_t count;
    uint32_t dim;
} engine_rows;

BENCH_EXPORT int32_t engine_upsert(grape_db* db, const engine_rows* rows);
BENCH_EXPORT int32_t engine_upsert_each(grape_db* db, const engine_rows* rows, uint64_t* times);
BENCH_EXPORT int32_t engine_delete(grape_db* db, const uint64_t* ids, size_t count);
BENCH_EXPORT int32_t engine_writers(grape_db* db, const engine_rows* rows, size_t threads,
                                    uint64_t* times);
BENCH_EXPORT int32_t engine_read_each(grape_db* db, const uint64_t* ids, size_t count,
                                      size_t* payload_bytes);
BENCH_EXPORT int32_t engine_search_each(grape_db* db, const bench_search* search,
                                        const float* queries, size_t count, uint32_t dim, size_t k,
                                        uint64_t* ids, uint64_t* times, const int32_t* stop,
                                        size_t* done);

static const char kCollection[] = "gloss";

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int32_t upsert_part(grape_db* db, const engine_rows* rows, size_t first, size_t count) {
    return grape_upsert_simple(db, kCollection, rows->ids + first,
                               rows->vectors + first * rows->dim, count, rows->dim,
                               rows->payloads + first, NULL);
}

int32_t engine_upsert(grape_db* db, const engine_rows* rows) {
    return upsert_part(db, rows, 0, rows->count);
}

static int32_t upsert_each(grape_db* db, const engine_rows* rows, size_t first, size_t end,
                           uint64_t* times) {
    for (size_t i = first; i < end; ++i) {
        const uint64_t start = now_ns();
        const int32_t status = upsert_part(db, rows, i, 1);
        if (status < 0) return status;
        times[i] = now_ns() - start;
    }
    return GRAPE_OK;
}

int32_t engine_upsert_each(grape_db* db, const engine_rows* rows, uint64_t* times) {
    return upsert_each(db, rows, 0, rows->count, times);
}

int32_t engine_delete(grape_db* db, const uint64_t* ids, size_t count) {
    return grape_delete_simple(db, kCollection, ids, count, NULL);
}

typedef struct writer {
    pthread_t thread;
    grape_db* db;
    const engine_rows* rows;
    size_t first, end;
    uint64_t* times;
    int32_t status;
} writer;

static void* run_writer(void* context) {
    writer* const self = context;
    self->status = upsert_each(self->db, self->rows, self->first, self->end, self->times);
    return NULL;
}

/* The rows in equal parts, each written by one thread, one row a call. */
int32_t engine_writers(grape_db* db, const engine_rows* rows, size_t threads, uint64_t* times) {
    int32_t status = GRAPE_OK;
    size_t started = 0;
    writer* const writers = calloc(threads, sizeof(*writers));
    if (writers == NULL) return GRAPE_E_NOMEM;
    for (; started < threads; ++started) {
        writer* const w = writers + started;
        w->db = db;
        w->rows = rows;
        w->first = rows->count * started / threads;
        w->end = rows->count * (started + 1) / threads;
        w->times = times;
        if (pthread_create(&w->thread, NULL, run_writer, w) != 0) break;
    }
    if (started < threads) status = GRAPE_E_NOMEM;
    for (size_t i = 0; i < started; ++i) {
        pthread_join(writers[i].thread, NULL);
        if (writers[i].status < 0) status = writers[i].status;
    }
    free(writers);
    return status;
}

/* The payload of each id, one call each. */
int32_t engine_read_each(grape_db* db, const uint64_t* ids, size_t count, size_t* payload_bytes) {
    *payload_bytes = 0;
    for (size_t i = 0; i < count; ++i) {
        grape_buffer out = GRAPE_BUFFER_INIT;
        const int32_t status = grape_get_payload_simple(db, kCollection, ids[i], &out, NULL);
        if (status < 0) return status;
        *payload_bytes += out.size;
        grape_buffer_release(&out);
    }
    return GRAPE_OK;
}

/* One call a query, in the order given, until all are answered or `*stop` is not 0. */
int32_t engine_search_each(grape_db* db, const bench_search* search, const float* queries,
                           size_t count, uint32_t dim, size_t k, uint64_t* ids, uint64_t* times,
                           const int32_t* stop, size_t* done) {
    *done = 0;
    for (size_t i = 0; i < count && __atomic_load_n(stop, __ATOMIC_RELAXED) == 0; ++i) {
        const uint64_t start = now_ns();
        const int32_t status = bench_search_run(db, search, queries + i * dim, dim, ids + i * k);
        if (status < 0) return status;
        times[i] = now_ns() - start;
        *done = i + 1;
    }
    return GRAPE_OK;
}
