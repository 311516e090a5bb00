/* A host that has LevelDB itself, from the system's shared library, beside the one inside of
 * libgrape.so. Both are used in turn; neither may see the other. */
#include <leveldb/c.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

static void host_put(leveldb_t* host, int i, char** problem) {
    leveldb_writeoptions_t* options = leveldb_writeoptions_create();
    char key[32];
    snprintf(key, sizeof(key), "key %d", i);
    leveldb_put(host, options, key, strlen(key), "of the host", 11, problem);
    leveldb_writeoptions_destroy(options);
}

static int host_has(leveldb_t* host, int i) {
    leveldb_readoptions_t* options = leveldb_readoptions_create();
    char key[32];
    char* problem = NULL;
    char* value;
    size_t size = 0;
    int found;
    snprintf(key, sizeof(key), "key %d", i);
    value = leveldb_get(host, options, key, strlen(key), &size, &problem);
    leveldb_readoptions_destroy(options);
    found = problem == NULL && size == 11;
    leveldb_free(value);
    leveldb_free(problem);
    return found;
}

static void a_host_with_its_own_leveldb_and_grape_live_together(void) {
    grape_error error = GRAPE_ERROR_INIT;
    const char* folder = make_folder();
    char path[300];
    char* problem = NULL;
    grape_db* db = NULL;
    uint64_t count = 0;
    int i;
    leveldb_options_t* options = leveldb_options_create();
    leveldb_t* host;
    leveldb_options_set_create_if_missing(options, 1);
    snprintf(path, sizeof(path), "%s/host", folder);
    host = leveldb_open(options, path, &problem);
    CHECK(problem == NULL);
    snprintf(path, sizeof(path), "%s/grape", folder);
    CHECK_STATUS(GRAPE_OK, grape_open(path, NULL, &db, &error));
    CHECK_STATUS(GRAPE_OK, grape_create_collection_simple(db, "words", 2, GRAPE_DOT, &error));
    for (i = 0; i < 100; i++) {
        const uint64_t id = (uint64_t)i;
        const float vector[2] = {1, (float)i};
        host_put(host, i, &problem);
        CHECK(problem == NULL);
        CHECK_STATUS(GRAPE_OK, grape_upsert_simple(db, "words", &id, vector, 1, 2, NULL, &error));
    }
    CHECK_STATUS(GRAPE_OK, grape_count_simple(db, "words", &count, &error));
    CHECK(count == 100);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    for (i = 0; i < 100; i++) CHECK(host_has(host, i));
    leveldb_close(host);
    leveldb_options_destroy(options);
    CHECK_STATUS(GRAPE_OK, grape_open(path, NULL, &db, &error));
    CHECK_STATUS(GRAPE_OK, grape_count_simple(db, "words", &count, &error));
    CHECK(count == 100);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    remove_folder(folder);
}

int main(void) {
    run_case("a_host_with_its_own_leveldb_and_grape_live_together",
             a_host_with_its_own_leveldb_and_grape_live_together);
    return finish_cases();
}
