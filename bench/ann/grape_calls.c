/* Grape as `bench/ann` calls it: one call of the C ABI for each query, in a loop that costs no
 * Python. Threads: as the database's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/search_message.h"

BENCH_EXPORT int32_t ann_create(grape_db* db, uint32_t dim, int32_t distance);
BENCH_EXPORT int32_t ann_add(grape_db* db, const uint64_t* ids, const float* vectors, size_t count,
                             uint32_t dim);
BENCH_EXPORT int32_t ann_search(grape_db* db, const float* queries, size_t count, uint32_t dim,
                                size_t k, uint32_t effort, uint64_t* ids);
BENCH_EXPORT int32_t ann_batch(grape_db* db, const float* queries, size_t count, uint32_t dim,
                               size_t k, uint32_t effort, uint64_t* ids);

static const char kCollection[] = "ann";

int32_t ann_create(grape_db* db, uint32_t dim, int32_t distance) {
    return grape_create_collection_simple(db, kCollection, dim, distance, NULL);
}

int32_t ann_add(grape_db* db, const uint64_t* ids, const float* vectors, size_t count,
                uint32_t dim) {
    return grape_upsert_simple(db, kCollection, ids, vectors, count, dim, NULL, NULL);
}

/* Effort 0: the default, by the simple call. */
int32_t ann_search(grape_db* db, const float* queries, size_t count, uint32_t dim, size_t k,
                   uint32_t effort, uint64_t* ids) {
    grape_status status = GRAPE_OK;
    bench_search* const search = bench_search_make(kCollection, k, effort, NULL);
    if (search == NULL) return GRAPE_E_NOMEM;
    memset(ids, 0xFF, count * k * sizeof(*ids));
    for (size_t i = 0; i < count && status == GRAPE_OK; ++i) {
        const float* query = queries + i * dim;
        size_t found = 0;
        status = effort != 0 ? bench_search_run(db, search, query, dim, ids + i * k)
                             : grape_search_simple(db, kCollection, query, dim, k, ids + i * k,
                                                   NULL, &found, NULL);
    }
    bench_search_free(search);
    return status;
}

/* All queries in one request. */
int32_t ann_batch(grape_db* db, const float* queries, size_t count, uint32_t dim, size_t k,
                  uint32_t effort, uint64_t* ids) {
    enum { kSearchBytes = 128 };
    char* request = malloc((count + 1) * kSearchBytes);
    grape_buffer out = GRAPE_BUFFER_INIT;
    const grape_blob blob = {queries, count, 0, GRAPE_F32, dim};
    size_t size = 0;
    grape_status status = GRAPE_E_NOMEM;
    if (request == NULL) return status;
    memset(ids, 0xFF, count * k * sizeof(*ids));
    size += (size_t)snprintf(request, kSearchBytes,
                             "{\"query_batch_points\":{\"collection_name\":\"%s\",\"searches\":[",
                             kCollection);
    for (size_t i = 0; i < count; ++i) {
        size += (size_t)snprintf(request + size, kSearchBytes,
                                 "%s{\"query\":{\"blob\":0,\"row\":%zu},\"limit\":%zu",
                                 i == 0 ? "" : ",", i, k);
        if (effort != 0) {
            size += (size_t)snprintf(request + size, kSearchBytes, ",\"params\":{\"hnsw_ef\":%u}",
                                     (unsigned)effort);
        }
        request[size++] = '}';
    }
    memcpy(request + size, "]}}", 3);
    status = grape_search(db, GRAPE_JSON, request, size + 3, &blob, 1, &out, NULL);
    if (status == GRAPE_OK) bench_read_ids(out.data, count * k, ids);
    grape_buffer_release(&out);
    free(request);
    return status;
}
