/* Handles and options: stale, invented and double-closed handles; old, new and wrong options; the
 * log callback's context; a second handle on one directory; closing under running calls. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char kList[] = "{\"get_collections\": {}}";

static grape_db* open_memory(void) {
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    grape_db* db = NULL;
    options.flags = GRAPE_OPEN_IN_MEMORY;
    if (grape_open("", &options, &db, NULL) != GRAPE_OK) exit(2);
    return db;
}

static void never(void* ctx, grape_status status, grape_buffer* reply, const grape_error* error) {
    (void)ctx;
    (void)status;
    (void)reply;
    (void)error;
    abort();
}

/* Every function that takes a handle gives `wanted`. */
static void check_every_call(grape_db* db, grape_status wanted) {
    grape_error error = GRAPE_ERROR_INIT;
    const uint64_t id = 1;
    const float vector[2] = {1, 0};
    uint64_t ids[1];
    uint64_t count;
    size_t found;
    grape_buffer out = GRAPE_BUFFER_INIT;
    const size_t n = sizeof(kList) - 1;
    const uint32_t j = GRAPE_JSON;
    CHECK_STATUS(wanted, grape_flush(db, &error));
    CHECK_SAYS("db");
    CHECK_STATUS(wanted, grape_request(db, j, kList, n, NULL, 0, &out, &error));
    CHECK_STATUS(wanted, grape_upsert(db, j, kList, n, NULL, 0, &out, &error));
    CHECK_STATUS(wanted, grape_search(db, j, kList, n, NULL, 0, &out, &error));
    CHECK_STATUS(wanted, grape_get(db, j, kList, n, NULL, 0, &out, &error));
    CHECK_STATUS(wanted, grape_delete(db, j, kList, n, NULL, 0, &out, &error));
    CHECK_STATUS(wanted, grape_count(db, j, kList, n, NULL, 0, &out, &error));
    CHECK_STATUS(wanted, grape_scroll(db, j, kList, n, NULL, 0, &out, &error));
    CHECK_STATUS(wanted, grape_create_collection_simple(db, "a", 2, GRAPE_DOT, &error));
    CHECK_STATUS(wanted, grape_drop_collection_simple(db, "a", &error));
    CHECK_STATUS(wanted, grape_upsert_simple(db, "a", &id, vector, 1, 2, NULL, &error));
    CHECK_STATUS(wanted, grape_search_simple(db, "a", vector, 2, 1, ids, NULL, &found, &error));
    CHECK_STATUS(wanted, grape_get_payload_simple(db, "a", 1, &out, &error));
    CHECK_STATUS(wanted, grape_delete_simple(db, "a", &id, 1, &error));
    CHECK_STATUS(wanted, grape_count_simple(db, "a", &count, &error));
    CHECK_STATUS(wanted, grape_submit(db, j, kList, n, NULL, 0, never, NULL, NULL, NULL, &error));
    CHECK_STATUS(wanted, grape_cancel(db, 1, &error));
    CHECK_STATUS(wanted, grape_close(db, &error));
}

static void a_closed_handle_is_closed_for_every_function(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_memory();
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    check_every_call(db, GRAPE_E_CLOSED);
}

static void a_stale_handle_is_recognised_whatever_was_opened_since(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* stale = open_memory();
    int i;
    CHECK_STATUS(GRAPE_OK, grape_close(stale, &error));
    for (i = 0; i < 50; i++) {
        grape_db* db = open_memory();
        CHECK(db != stale);
        CHECK_STATUS(GRAPE_E_CLOSED, grape_flush(stale, &error));
        CHECK_STATUS(GRAPE_E_CLOSED, grape_close(stale, &error));
        CHECK_STATUS(GRAPE_OK, ask(db, kList, NULL, &error));
        CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    }
}

static void an_invented_handle_is_invalid_for_every_function(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_memory();
    check_every_call((grape_db*)&error, GRAPE_E_INVALID);
    check_every_call((grape_db*)(uintptr_t)16, GRAPE_E_INVALID);
    check_every_call((grape_db*)(uintptr_t)-1, GRAPE_E_INVALID);
    /* A handle of a generation that is still to come. */
    check_every_call((grape_db*)((uintptr_t)db + ((uintptr_t)1 << 12)), GRAPE_E_INVALID);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void one_directory_is_open_in_one_handle(void) {
    grape_error error = GRAPE_ERROR_INIT;
    const char* folder = make_folder();
    char link[300];
    grape_db* first = NULL;
    grape_db* second = NULL;
    snprintf(link, sizeof(link), "%s/../%s/.", folder, strrchr(folder, '/') + 1);
    CHECK_STATUS(GRAPE_OK, grape_open(folder, NULL, &first, &error));
    CHECK_STATUS(GRAPE_E_BUSY, grape_open(folder, NULL, &second, &error));
    CHECK(second == NULL);
    CHECK_STATUS(GRAPE_E_BUSY, grape_open(link, NULL, &second, &error));
    CHECK_STATUS(GRAPE_OK, ask(first, kList, NULL, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(first, &error));
    CHECK_STATUS(GRAPE_OK, grape_open(folder, NULL, &second, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(second, &error));
    remove_folder(folder);
}

static void a_path_must_say_where(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    grape_db* db = NULL;
    CHECK_STATUS(GRAPE_E_INVALID, grape_open(NULL, NULL, &db, &error));
    CHECK_SAYS("path");
    CHECK_STATUS(GRAPE_E_INVALID, grape_open("", NULL, &db, &error));
    CHECK_SAYS("path");
    options.flags = GRAPE_OPEN_IN_MEMORY;
    CHECK_STATUS(GRAPE_E_INVALID, grape_open("somewhere", &options, &db, &error));
    CHECK_SAYS("path");
    options.flags = GRAPE_OPEN_MUST_EXIST;
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_open("/no/such/folder", &options, &db, &error));
}

/* A caller of another age: a struct with a tail that this library does not know. */
struct newer_options {
    grape_open_options known;
    uint64_t unknown;
};

static void options_of_other_versions_are_read_by_their_size(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = NULL;
    const char* folder = make_folder();
    struct newer_options newer;
    grape_open_options older = GRAPE_OPEN_OPTIONS_INIT;
    memset(&newer, 0, sizeof(newer));
    newer.known.struct_size = sizeof(newer);
    CHECK_STATUS(GRAPE_OK, grape_open(folder, &newer.known, &db, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    newer.unknown = 1;
    CHECK_STATUS(GRAPE_E_UNSUPPORTED, grape_open(folder, &newer.known, &db, &error));
    /* What lies behind an older struct is not read. */
    older.struct_size = (uint32_t)offsetof(grape_open_options, durability);
    older.durability = 99;
    CHECK_STATUS(GRAPE_OK, grape_open(folder, &older, &db, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    older.struct_size = 4;
    CHECK_STATUS(GRAPE_E_INVALID, grape_open(folder, &older, &db, &error));
    CHECK_SAYS("struct_size");
    older.struct_size = 0xFFFFFFFFu;
    CHECK_STATUS(GRAPE_E_INVALID, grape_open(folder, &older, &db, &error));
    CHECK_SAYS("struct_size");
    remove_folder(folder);
}

static void wrong_options_are_refused_by_name(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = NULL;
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    options.api_version = 0x7FFFFFFF;
    CHECK_STATUS(GRAPE_E_UNSUPPORTED, grape_open("x", &options, &db, &error));
    CHECK_SAYS("api_version");
    options.api_version = 0;
    options.flags = (uint64_t)1 << 40;
    CHECK_STATUS(GRAPE_E_UNSUPPORTED, grape_open("x", &options, &db, &error));
    CHECK_SAYS("flags");
    options.flags = 0;
    options.durability = 3;
    CHECK_STATUS(GRAPE_E_INVALID, grape_open("x", &options, &db, &error));
    CHECK_SAYS("durability");
    options.durability = GRAPE_DURABILITY_GROUP;
    options.group_delay_ms = 10001;
    CHECK_STATUS(GRAPE_E_LIMIT, grape_open("x", &options, &db, &error));
    CHECK_SAYS("group_delay_ms");
    CHECK_SAYS("10000");
}

static void count_free(void* ctx) {
    ++*(int*)ctx;
}
static void ignore_log(void* ctx, int32_t level, const char* message) {
    (void)ctx;
    (void)level;
    (void)message;
}

static void the_log_context_is_freed_exactly_once(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = NULL;
    grape_db* second = NULL;
    const char* folder = make_folder();
    int freed = 0;
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    options.log = ignore_log;
    options.log_ctx = &freed;
    options.log_ctx_free = count_free;
    CHECK_STATUS(GRAPE_OK, grape_open(folder, &options, &db, &error));
    CHECK(freed == 0);
    CHECK_STATUS(GRAPE_E_BUSY, grape_open(folder, &options, &second, &error));
    CHECK(freed == 1);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    CHECK(freed == 2);
    CHECK_STATUS(GRAPE_E_CLOSED, grape_close(db, &error));
    CHECK(freed == 2);
    CHECK_STATUS(GRAPE_E_INVALID, grape_open(NULL, &options, &db, &error));
    CHECK(freed == 3);
    CHECK_STATUS(GRAPE_E_INVALID, grape_open(folder, &options, NULL, &error));
    CHECK(freed == 4);
    options.flags = (uint64_t)1 << 40;
    CHECK_STATUS(GRAPE_E_UNSUPPORTED, grape_open(folder, &options, &db, &error));
    CHECK(freed == 5);
    remove_folder(folder);
}

static void* ask_until_closed(void* db) {
    grape_status status;
    do {
        status = ask(db, kList, NULL, NULL);
    } while (status == GRAPE_OK);
    return status == GRAPE_E_CLOSED ? db : NULL;
}

static void closing_waits_for_running_calls(void) {
    int round;
    for (round = 0; round < 20; round++) {
        grape_error error = GRAPE_ERROR_INIT;
        grape_db* db = open_memory();
        pthread_t threads[4];
        int i;
        for (i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, ask_until_closed, db) == 0);
        for (i = 0; i < round; i++) CHECK_STATUS(GRAPE_OK, ask(db, kList, NULL, &error));
        CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
        for (i = 0; i < 4; i++) {
            void* result = NULL;
            CHECK(pthread_join(threads[i], &result) == 0);
            CHECK(result == db);
        }
    }
}

int main(void) {
    run_case("a_closed_handle_is_closed_for_every_function",
             a_closed_handle_is_closed_for_every_function);
    run_case("a_stale_handle_is_recognised_whatever_was_opened_since",
             a_stale_handle_is_recognised_whatever_was_opened_since);
    run_case("an_invented_handle_is_invalid_for_every_function",
             an_invented_handle_is_invalid_for_every_function);
    run_case("one_directory_is_open_in_one_handle", one_directory_is_open_in_one_handle);
    run_case("a_path_must_say_where", a_path_must_say_where);
    run_case("options_of_other_versions_are_read_by_their_size",
             options_of_other_versions_are_read_by_their_size);
    run_case("wrong_options_are_refused_by_name", wrong_options_are_refused_by_name);
    run_case("the_log_context_is_freed_exactly_once", the_log_context_is_freed_exactly_once);
    run_case("closing_waits_for_running_calls", closing_waits_for_running_calls);
    return finish_cases();
}
