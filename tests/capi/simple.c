/* The calls of the first ten minutes: what they give, and what they refuse. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static grape_db* db;
static char* before;

static void open_with_places(void) {
    static const uint64_t kIds[3] = {10, 20, 30};
    static const float kVectors[3][2] = {{3, 0}, {0, 2}, {1, 1}};
    static const char* const kPayloads[3] = {"{\"name\": \"east\"}", NULL, "{}"};
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    options.flags = GRAPE_OPEN_IN_MEMORY;
    if (grape_open(NULL, &options, &db, NULL) != GRAPE_OK ||
        grape_create_collection_simple(db, "places", 2, GRAPE_COSINE, NULL) != GRAPE_OK ||
        grape_upsert_simple(db, "places", kIds, &kVectors[0][0], 3, 2, kPayloads, NULL) !=
            GRAPE_OK) {
        exit(2);
    }
}

static void returns_the_nearest_first(void) {
    grape_error error = GRAPE_ERROR_INIT;
    const float query[2] = {1, 0.1f};
    uint64_t ids[5] = {0};
    float scores[5];
    size_t found = 0;
    open_with_places();
    CHECK_STATUS(GRAPE_OK,
                 grape_search_simple(db, "places", query, 2, 5, ids, scores, &found, &error));
    CHECK(found == 3);
    CHECK(ids[0] == 10 && ids[1] == 30 && ids[2] == 20);
    CHECK(scores[0] > scores[1] && scores[1] > scores[2]);
    CHECK(fabsf(scores[0] - 0.99503719f) < 1e-5f);
    CHECK_STATUS(GRAPE_OK,
                 grape_search_simple(db, "places", query, 2, 1, ids, NULL, &found, &error));
    CHECK(found == 1 && ids[0] == 10);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void distances_rank_the_smaller_first(void) {
    grape_error error = GRAPE_ERROR_INIT;
    static const uint64_t kIds[2] = {1, 2};
    static const float kVectors[4] = {0, 0, 3, 4};
    const float query[2] = {0, 0};
    uint64_t ids[2];
    float scores[2];
    size_t found = 0;
    open_with_places();
    CHECK_STATUS(GRAPE_OK, grape_create_collection_simple(db, "e", 2, GRAPE_EUCLID, &error));
    CHECK_STATUS(GRAPE_OK, grape_upsert_simple(db, "e", kIds, kVectors, 2, 2, NULL, &error));
    CHECK_STATUS(GRAPE_OK, grape_search_simple(db, "e", query, 2, 2, ids, scores, &found, &error));
    CHECK(found == 2 && ids[0] == 1 && ids[1] == 2);
    CHECK(scores[0] == 0.0f && scores[1] == 5.0f);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void gives_payloads_back_as_json(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_buffer out = GRAPE_BUFFER_INIT;
    open_with_places();
    CHECK_STATUS(GRAPE_OK, grape_get_payload_simple(db, "places", 10, &out, &error));
    CHECK(strcmp(out.data, "{\"name\":\"east\"}") == 0);
    grape_buffer_release(&out);
    CHECK_STATUS(GRAPE_OK, grape_get_payload_simple(db, "places", 20, &out, &error));
    CHECK(strcmp(out.data, "{}") == 0);
    grape_buffer_release(&out);
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_get_payload_simple(db, "places", 99, &out, &error));
    CHECK_SAYS("99");
    CHECK(out.data == NULL);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void deleted_points_are_gone_at_once(void) {
    grape_error error = GRAPE_ERROR_INIT;
    static const uint64_t kIds[2] = {10, 12345};
    const float query[2] = {1, 0};
    uint64_t ids[5];
    uint64_t count = 0;
    size_t found = 0;
    open_with_places();
    CHECK_STATUS(GRAPE_OK, grape_delete_simple(db, "places", kIds, 2, &error));
    CHECK_STATUS(GRAPE_OK, grape_count_simple(db, "places", &count, &error));
    CHECK(count == 2);
    CHECK_STATUS(GRAPE_OK,
                 grape_search_simple(db, "places", query, 2, 5, ids, NULL, &found, &error));
    CHECK(found == 2 && ids[0] == 30 && ids[1] == 20);
    CHECK_STATUS(GRAPE_OK, grape_drop_collection_simple(db, "places", &error));
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_drop_collection_simple(db, "places", &error));
    CHECK_SAYS("places");
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_count_simple(db, "places", &count, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void what_was_written_is_there_after_reopening(void) {
    grape_error error = GRAPE_ERROR_INIT;
    static const uint64_t kIds[2] = {1, 2};
    static const float kVectors[4] = {0, 1, 3, 4};
    const char* folder = make_folder();
    uint64_t count = 0;
    int i;
    CHECK_STATUS(GRAPE_OK, grape_open(folder, NULL, &db, &error));
    CHECK_STATUS(GRAPE_OK, grape_create_collection_simple(db, "e", 2, GRAPE_EUCLID, &error));
    CHECK_STATUS(GRAPE_OK, grape_upsert_simple(db, "e", kIds, kVectors, 2, 2, NULL, &error));
    CHECK_STATUS(GRAPE_OK, grape_flush(db, &error));
    for (i = 0; i < 3; i++) {
        CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
        CHECK_STATUS(GRAPE_OK, grape_open(folder, NULL, &db, &error));
        CHECK_STATUS(GRAPE_OK, grape_count_simple(db, "e", &count, &error));
        CHECK(count == 2);
    }
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    remove_folder(folder);
}

static void an_id_that_is_no_number_is_unsupported_here(void) {
    grape_error error = GRAPE_ERROR_INIT;
    const float query[2] = {1, 0};
    uint64_t ids[5];
    size_t found = 7;
    open_with_places();
    CHECK_STATUS(GRAPE_OK, ask(db,
                               "{\"upsert_points\": {\"collection_name\": \"places\", \"points\": "
                               "[{\"id\": \"a word\", \"vector\": [1, 0]}]}}",
                               NULL, &error));
    CHECK_STATUS(GRAPE_E_UNSUPPORTED,
                 grape_search_simple(db, "places", query, 2, 5, ids, NULL, &found, &error));
    CHECK_SAYS("a word");
    CHECK(found == 0);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

/* One refused upsert of `count` points with vectors of `dim`. */
static void check_upsert(grape_status wanted, const char* says, const float* vectors, size_t count,
                         uint32_t dim, const char* const* payloads) {
    grape_error error = GRAPE_ERROR_INIT;
    static const uint64_t kIds[4] = {10, 11, 12, 13};
    char* after;
    CHECK_STATUS(wanted,
                 grape_upsert_simple(db, "places", kIds, vectors, count, dim, payloads, &error));
    CHECK_SAYS(says);
    after = describe_database(db);
    CHECK(after != NULL && strcmp(before, after) == 0);
    free(after);
}

static void refused_upserts_change_nothing(void) {
    grape_error error = GRAPE_ERROR_INIT;
    static const char* const kNoObject[3] = {"{}", "[1]", NULL};
    static const char* const kNoJson[3] = {NULL, NULL, "{\"a\": }"};
    static const float kGood[6] = {1, 2, 3, 4, 5, 6};
    float bad[6];
    open_with_places();
    before = describe_database(db);
    CHECK(before != NULL);
    memcpy(bad, kGood, sizeof(bad));
    bad[3] = (float)NAN;
    check_upsert(GRAPE_E_INVALID, "points[1]", bad, 3, 2, NULL);
    bad[3] = (float)INFINITY;
    check_upsert(GRAPE_E_INVALID, "points[1]", bad, 3, 2, NULL);
    memcpy(bad, kGood, sizeof(bad));
    bad[4] = bad[5] = 0;
    check_upsert(GRAPE_E_INVALID, "points[2]", bad, 3, 2, NULL);
    check_upsert(GRAPE_E_INVALID, "points[0]", kGood, 2, 3, NULL);
    check_upsert(GRAPE_E_INVALID, "dim", kGood, 3, 0, NULL);
    check_upsert(GRAPE_E_LIMIT, "65536", kGood, 3, 65537, NULL);
    check_upsert(GRAPE_E_LIMIT, "4000000", kGood, 4000001, 2, NULL);
    check_upsert(GRAPE_E_INVALID, "aligned", (const float*)((uintptr_t)kGood + 1), 2, 2, NULL);
    check_upsert(GRAPE_E_INVALID, "payloads_json[1]", kGood, 3, 2, kNoObject);
    check_upsert(GRAPE_E_INVALID, "payloads_json[2]", kGood, 3, 2, kNoJson);
    free(before);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void refused_searches_name_the_field_and_the_limit(void) {
    grape_error error = GRAPE_ERROR_INIT;
    const float query[3] = {1, 0, 0};
    const float bad[2] = {1, (float)NAN};
    const float zero[2] = {0, 0};
    uint64_t ids[1];
    size_t found = 0;
    open_with_places();
    CHECK_STATUS(GRAPE_E_INVALID,
                 grape_search_simple(db, "places", query, 2, 0, ids, NULL, &found, &error));
    CHECK_SAYS("k");
    CHECK_STATUS(GRAPE_E_LIMIT,
                 grape_search_simple(db, "places", query, 2, 1000001, ids, NULL, &found, &error));
    CHECK_SAYS("1000000");
    CHECK_STATUS(GRAPE_E_LIMIT,
                 grape_search_simple(db, "places", query, 2, SIZE_MAX, ids, NULL, &found, &error));
    CHECK_STATUS(GRAPE_E_INVALID,
                 grape_search_simple(db, "places", query, 3, 1, ids, NULL, &found, &error));
    CHECK_STATUS(GRAPE_E_INVALID,
                 grape_search_simple(db, "places", bad, 2, 1, ids, NULL, &found, &error));
    CHECK_STATUS(GRAPE_E_INVALID,
                 grape_search_simple(db, "places", zero, 2, 1, ids, NULL, &found, &error));
    CHECK_STATUS(GRAPE_E_NOT_FOUND,
                 grape_search_simple(db, "nowhere", query, 2, 1, ids, NULL, &found, &error));
    CHECK_SAYS("nowhere");
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void refused_collections_name_the_field(void) {
    grape_error error = GRAPE_ERROR_INIT;
    char long_name[300];
    open_with_places();
    memset(long_name, 'n', sizeof(long_name));
    long_name[256] = '\0';
    CHECK_STATUS(GRAPE_E_EXISTS, grape_create_collection_simple(db, "places", 2, 1, &error));
    CHECK_SAYS("places");
    CHECK_STATUS(GRAPE_E_INVALID, grape_create_collection_simple(db, "", 2, 1, &error));
    CHECK_SAYS("name");
    CHECK_STATUS(GRAPE_E_INVALID, grape_create_collection_simple(db, "a/b", 2, 1, &error));
    CHECK_SAYS("'/'");
    CHECK_STATUS(GRAPE_E_INVALID, grape_create_collection_simple(db, "a\xFF", 2, 1, &error));
    CHECK_SAYS("UTF-8");
    CHECK_STATUS(GRAPE_E_LIMIT, grape_create_collection_simple(db, long_name, 2, 1, &error));
    CHECK_SAYS("255");
    CHECK_STATUS(GRAPE_E_INVALID, grape_create_collection_simple(db, "b", 0, 1, &error));
    CHECK_SAYS("dim");
    CHECK_STATUS(GRAPE_E_LIMIT, grape_create_collection_simple(db, "b", 65537, 1, &error));
    CHECK_SAYS("65536");
    CHECK_STATUS(GRAPE_E_INVALID, grape_create_collection_simple(db, "b", 2, 0, &error));
    CHECK_SAYS("distance");
    CHECK_STATUS(GRAPE_E_INVALID, grape_create_collection_simple(db, "b", 2, 5, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

int main(void) {
    run_case("returns_the_nearest_first", returns_the_nearest_first);
    run_case("distances_rank_the_smaller_first", distances_rank_the_smaller_first);
    run_case("gives_payloads_back_as_json", gives_payloads_back_as_json);
    run_case("deleted_points_are_gone_at_once", deleted_points_are_gone_at_once);
    run_case("what_was_written_is_there_after_reopening",
             what_was_written_is_there_after_reopening);
    run_case("an_id_that_is_no_number_is_unsupported_here",
             an_id_that_is_no_number_is_unsupported_here);
    run_case("refused_upserts_change_nothing", refused_upserts_change_nothing);
    run_case("refused_searches_name_the_field_and_the_limit",
             refused_searches_name_the_field_and_the_limit);
    run_case("refused_collections_name_the_field", refused_collections_name_the_field);
    return finish_cases();
}
