#include "bench/c_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

grape_db* bench_open(const char* path) {
    grape_db* db = NULL;
    grape_error error = GRAPE_ERROR_INIT;
    if (grape_open(path, NULL, &db, &error) != GRAPE_OK) fprintf(stderr, "%s\n", error.message);
    return db;
}

int32_t bench_close(grape_db* db) {
    return grape_close(db, NULL);
}

int32_t bench_request(grape_db* db, const char* json, char* reply, size_t bytes) {
    grape_buffer out = GRAPE_BUFFER_INIT;
    grape_error error = GRAPE_ERROR_INIT;
    const grape_status status =
        grape_request(db, GRAPE_JSON, json, strlen(json), NULL, 0, &out, &error);
    snprintf(reply, bytes, "%s", status == GRAPE_OK ? out.data : error.message);
    grape_buffer_release(&out);
    return status;
}

void bench_read_ids(const char* reply, size_t wanted, uint64_t* ids) {
    static const char kName[] = "\"id\":";
    for (size_t i = 0; i < wanted; ++i) {
        reply = strstr(reply, kName);
        if (reply == NULL) return;
        reply += sizeof(kName) - 1;
        ids[i] = strtoull(reply, NULL, 10);
    }
}
