/* What holds for every function: NULL, cleared out-parameters, errors, buffers, versions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char kCount[] = "{\"count_points\": {\"collection_name\": \"words\"}}";

static grape_db* open_memory(void) {
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    grape_db* db = NULL;
    options.flags = GRAPE_OPEN_IN_MEMORY;
    if (grape_open(NULL, &options, &db, NULL) != GRAPE_OK) exit(2);
    return db;
}

static void versions_of_header_and_library_agree(void) {
    CHECK(strcmp(grape_version(), GRAPE_VERSION_STRING) == 0);
    CHECK(grape_abi_version() == GRAPE_API_VERSION);
    CHECK(strstr(grape_build_info(), GRAPE_VERSION_STRING) != NULL);
}

static void statuses_have_names_and_texts(void) {
    grape_status status;
    CHECK(strcmp(grape_status_name(GRAPE_OK), "GRAPE_OK") == 0);
    CHECK(strcmp(grape_status_name(GRAPE_END), "GRAPE_END") == 0);
    CHECK(strcmp(grape_status_name(GRAPE_E_NOT_FOUND), "GRAPE_E_NOT_FOUND") == 0);
    CHECK(strcmp(grape_status_text(GRAPE_E_NOT_FOUND), "not found") == 0);
    for (status = GRAPE_E_RETRY; status < 0; status++) {
        CHECK(strncmp(grape_status_name(status), "GRAPE_E_", 8) == 0);
        CHECK(strcmp(grape_status_text(status), "unknown status") != 0);
    }
    CHECK(strcmp(grape_status_name(-1000), "unknown status") == 0);
    CHECK(strcmp(grape_status_text(1000), "unknown status") == 0);
    CHECK(grape_status_retryable(GRAPE_E_BUSY) == 1);
    CHECK(grape_status_retryable(GRAPE_E_INVALID) == 0);
    CHECK(grape_status_retryable(-1000) == 0);
}

static void null_arguments_are_refused_by_name(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_memory();
    const uint64_t id = 1;
    uint64_t ids[4];
    const float vector[2] = {1, 0};
    size_t found = 0;
    grape_buffer out = GRAPE_BUFFER_INIT;

    CHECK_STATUS(GRAPE_E_INVALID, grape_open("x", NULL, NULL, &error));
    CHECK_SAYS("out");
    CHECK_STATUS(GRAPE_E_INVALID, grape_create_collection_simple(db, NULL, 2, 1, &error));
    CHECK_SAYS("name");
    CHECK_STATUS(GRAPE_E_INVALID, grape_drop_collection_simple(db, NULL, &error));
    CHECK_SAYS("name");
    CHECK_STATUS(GRAPE_E_INVALID, grape_upsert_simple(db, NULL, &id, vector, 1, 2, NULL, &error));
    CHECK_SAYS("collection");
    CHECK_STATUS(GRAPE_E_INVALID, grape_upsert_simple(db, "a", NULL, vector, 1, 2, NULL, &error));
    CHECK_SAYS("ids");
    CHECK_STATUS(GRAPE_E_INVALID, grape_upsert_simple(db, "a", &id, NULL, 1, 2, NULL, &error));
    CHECK_SAYS("vectors");
    CHECK_STATUS(GRAPE_E_INVALID,
                 grape_search_simple(db, "a", NULL, 2, 4, ids, NULL, &found, &error));
    CHECK_SAYS("vector");
    CHECK_STATUS(GRAPE_E_INVALID,
                 grape_search_simple(db, "a", vector, 2, 4, NULL, NULL, &found, &error));
    CHECK_SAYS("ids");
    CHECK_STATUS(GRAPE_E_INVALID,
                 grape_search_simple(db, "a", vector, 2, 4, ids, NULL, NULL, &error));
    CHECK_SAYS("found");
    CHECK_STATUS(GRAPE_E_INVALID, grape_get_payload_simple(db, "a", 1, NULL, &error));
    CHECK_SAYS("out");
    CHECK_STATUS(GRAPE_E_INVALID, grape_delete_simple(db, "a", NULL, 1, &error));
    CHECK_SAYS("ids");
    CHECK_STATUS(GRAPE_E_INVALID, grape_count_simple(db, "a", NULL, &error));
    CHECK_SAYS("count");
    CHECK_STATUS(GRAPE_E_INVALID, grape_request(db, GRAPE_JSON, NULL, 9, NULL, 0, &out, &error));
    CHECK_SAYS("request");
    CHECK_STATUS(GRAPE_E_INVALID, grape_request(db, GRAPE_JSON, "{}", 2, NULL, 3, &out, &error));
    CHECK_SAYS("blobs");
    CHECK_STATUS(GRAPE_E_INVALID, grape_request(db, 7, "{}", 2, NULL, 0, &out, &error));
    CHECK_SAYS("encoding");
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void a_null_handle_is_invalid_and_closing_it_is_fine(void) {
    grape_error error = GRAPE_ERROR_INIT;
    uint64_t count = 9;
    CHECK_STATUS(GRAPE_E_INVALID, grape_flush(NULL, &error));
    CHECK_SAYS("db");
    CHECK_STATUS(GRAPE_E_INVALID, ask(NULL, kCount, NULL, &error));
    CHECK_STATUS(GRAPE_E_INVALID, grape_count_simple(NULL, "words", &count, &error));
    CHECK(count == 0);
    CHECK_STATUS(GRAPE_OK, grape_close(NULL, &error));
    CHECK(grape_close(NULL, NULL) == GRAPE_OK);
}

static void out_parameters_are_cleared_before_anything_fails(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = (grape_db*)&error;
    uint64_t ids[1];
    const float vector[1] = {1};
    size_t found = 77;
    grape_buffer out;
    out.data = "stale";
    out.size = 5;
    out.owner = &error;

    CHECK_STATUS(GRAPE_E_INVALID, grape_open(NULL, NULL, &db, &error));
    CHECK(db == NULL);
    CHECK_STATUS(GRAPE_E_INVALID, ask(NULL, kCount, &out, &error));
    CHECK(out.data == NULL && out.size == 0 && out.owner == NULL);
    out.owner = &error;
    CHECK_STATUS(GRAPE_E_INVALID, grape_get_payload_simple(NULL, "a", 1, &out, &error));
    CHECK(out.owner == NULL);
    CHECK_STATUS(GRAPE_E_INVALID,
                 grape_search_simple(NULL, "a", vector, 1, 1, ids, NULL, &found, &error));
    CHECK(found == 0);
}

static void buffers_are_released_once_however_often_it_is_asked(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_memory();
    grape_buffer out = GRAPE_BUFFER_INIT;
    CHECK_STATUS(GRAPE_OK, ask(db, "{\"get_collections\": {}}", &out, &error));
    CHECK(out.size > 0 && out.data[out.size] == '\0');
    CHECK((uintptr_t)out.data % 8 == 0);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    CHECK(strncmp(out.data, "{\"result\":", 10) == 0); /* outlives the database */
    grape_buffer_release(&out);
    CHECK(out.data == NULL && out.size == 0 && out.owner == NULL);
    grape_buffer_release(&out);
    grape_buffer_release(NULL);
}

static void a_reply_that_is_not_wanted_may_be_left_out(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_memory();
    CHECK_STATUS(GRAPE_OK, ask(db, "{\"get_collections\": {}}", NULL, &error));
    CHECK(ask(db, "{\"get_collections\": {}}", NULL, NULL) == GRAPE_OK);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void errors_are_cleared_by_success(void) {
    grape_error error = GRAPE_ERROR_INIT;
    CHECK_STATUS(GRAPE_E_INVALID, grape_flush(NULL, &error));
    CHECK(error.status == GRAPE_E_INVALID && error.message[0] != '\0' && error.detail == 0);
    CHECK_STATUS(GRAPE_OK, grape_close(NULL, &error));
    CHECK(error.status == GRAPE_OK && error.message[0] == '\0');
}

static void errors_stay_inside_of_a_smaller_struct(void) {
    grape_error error;
    memset(&error, 0x55, sizeof(error));
    error.struct_size = 32;
    CHECK(grape_flush(NULL, &error) == GRAPE_E_INVALID);
    CHECK(error.status == GRAPE_E_INVALID);
    CHECK(strlen(error.message) == 19); /* 32 - 12 - 1 */
    CHECK(((unsigned char*)&error)[32] == 0x55);
    memset(&error, 0x55, sizeof(error));
    error.struct_size = 8; /* no room for a message: left alone */
    CHECK(grape_flush(NULL, &error) == GRAPE_E_INVALID);
    CHECK(error.status == 0x55555555);
    memset(&error, 0, sizeof(error)); /* zero means this version's size */
    CHECK(grape_flush(NULL, &error) == GRAPE_E_INVALID);
    CHECK(error.message[0] != '\0');
}

static void long_messages_are_cut_at_a_whole_character(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_memory();
    char name[256];
    size_t shift;
    for (shift = 0; shift < 3; shift++) {
        size_t i;
        size_t end;
        memset(name, 'x', sizeof(name));
        for (i = shift; i + 3 < 250; i += 3) memcpy(name + i, "\xE2\x82\xAC", 3);
        name[250] = '\0';
        CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_drop_collection_simple(db, name, &error));
        end = strlen(error.message);
        CHECK(end < sizeof(error.message) && end > sizeof(error.message) - 8);
        CHECK(error.message[end - 1] == '\xAC' || (error.message[end - 1] & 0x80) == 0);
    }
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void thin_forms_refuse_other_requests(void) {
    static const char kFlush[] = "{\"flush\": {}}";
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_memory();
    const size_t n = sizeof(kFlush) - 1;
    const uint32_t j = GRAPE_JSON;
    CHECK_STATUS(GRAPE_OK, grape_request(db, j, kFlush, n, NULL, 0, NULL, &error));
    CHECK_STATUS(GRAPE_E_INVALID, grape_upsert(db, j, kFlush, n, NULL, 0, NULL, &error));
    CHECK_SAYS("upsert_points");
    CHECK_STATUS(GRAPE_E_INVALID, grape_search(db, j, kFlush, n, NULL, 0, NULL, &error));
    CHECK_SAYS("query_points");
    CHECK_STATUS(GRAPE_E_INVALID, grape_get(db, j, kFlush, n, NULL, 0, NULL, &error));
    CHECK_SAYS("get_points");
    CHECK_STATUS(GRAPE_E_INVALID, grape_delete(db, j, kFlush, n, NULL, 0, NULL, &error));
    CHECK_SAYS("delete_points");
    CHECK_STATUS(GRAPE_E_INVALID, grape_count(db, j, kFlush, n, NULL, 0, NULL, &error));
    CHECK_SAYS("count_points");
    CHECK_STATUS(GRAPE_E_INVALID, grape_scroll(db, j, kFlush, n, NULL, 0, NULL, &error));
    CHECK_SAYS("scroll_points");
    CHECK_STATUS(GRAPE_E_NOT_FOUND,
                 grape_count(db, j, kCount, sizeof(kCount) - 1, NULL, 0, NULL, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

int main(void) {
    run_case("versions_of_header_and_library_agree", versions_of_header_and_library_agree);
    run_case("statuses_have_names_and_texts", statuses_have_names_and_texts);
    run_case("null_arguments_are_refused_by_name", null_arguments_are_refused_by_name);
    run_case("a_null_handle_is_invalid_and_closing_it_is_fine",
             a_null_handle_is_invalid_and_closing_it_is_fine);
    run_case("out_parameters_are_cleared_before_anything_fails",
             out_parameters_are_cleared_before_anything_fails);
    run_case("buffers_are_released_once_however_often_it_is_asked",
             buffers_are_released_once_however_often_it_is_asked);
    run_case("a_reply_that_is_not_wanted_may_be_left_out",
             a_reply_that_is_not_wanted_may_be_left_out);
    run_case("errors_are_cleared_by_success", errors_are_cleared_by_success);
    run_case("errors_stay_inside_of_a_smaller_struct", errors_stay_inside_of_a_smaller_struct);
    run_case("long_messages_are_cut_at_a_whole_character",
             long_messages_are_cut_at_a_whole_character);
    run_case("thin_forms_refuse_other_requests", thin_forms_refuse_other_requests);
    return finish_cases();
}
