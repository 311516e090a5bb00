/* Other processes: a forked child with its parent's handle, a child with a database of its own, a
 * second process on one directory. */
#define _XOPEN_SOURCE 700
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobs.h"
#include "support.h"

static const char* folder;
static grape_db* parent_db;
static int freed;

static void count_free(void* ctx) {
    ++*(int*)ctx;
}

/* Runs `body` in a forked child; true when all its checks held. */
static int holds_in_child(void (*body)(void)) {
    int status = 0;
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        alarm(30); /* a call that hangs fails the case */
        body();
        fflush(stdout);
        _exit(case_has_failed() ? 1 : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) return 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void use_inherited_handle(void) {
    grape_error error = GRAPE_ERROR_INIT;
    uint64_t count = 0;
    const uint64_t id = 2;
    const float vector[2] = {0, 1};
    CHECK_STATUS(GRAPE_E_FORKED, grape_count_simple(parent_db, "words", &count, &error));
    CHECK_SAYS("db");
    CHECK_STATUS(GRAPE_E_FORKED,
                 grape_upsert_simple(parent_db, "words", &id, vector, 1, 2, NULL, &error));
    CHECK_STATUS(GRAPE_E_FORKED, ask(parent_db, "{\"flush\": {}}", NULL, &error));
    CHECK_STATUS(GRAPE_E_FORKED, grape_flush(parent_db, &error));
    CHECK_STATUS(GRAPE_E_FORKED, grape_close(parent_db, &error));
    CHECK_STATUS(GRAPE_E_FORKED, grape_close(parent_db, &error));
    CHECK(freed == 0);
}

static const char kCount[] = "{\"count_points\": {\"collection_name\": \"words\"}}";
static struct job parent_job;

/* The child has no thread of the pool, and its lock may be held for ever. */
static void submit_with_inherited_handle(void) {
    grape_error error = GRAPE_ERROR_INIT;
    struct job job;
    CHECK_STATUS(GRAPE_E_FORKED, submit_job(&job, parent_db, kCount, &error));
    CHECK(job.frees == 1 && job.completions == 0 && job.ticket == 0);
    CHECK_STATUS(GRAPE_E_FORKED, grape_cancel(parent_db, parent_job.ticket, &error));
    CHECK_STATUS(GRAPE_E_FORKED, grape_close(parent_db, &error));
    CHECK(parent_job.frees == 0);
}

static void use_own_database(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = NULL;
    char path[300];
    uint64_t count = 0;
    const uint64_t id = 7;
    const float vector[2] = {0, 1};
    snprintf(path, sizeof(path), "%s/own", folder);
    CHECK_STATUS(GRAPE_OK, grape_open(path, NULL, &db, &error));
    CHECK_STATUS(GRAPE_OK, grape_create_collection_simple(db, "words", 2, GRAPE_DOT, &error));
    CHECK_STATUS(GRAPE_OK, grape_upsert_simple(db, "words", &id, vector, 1, 2, NULL, &error));
    CHECK_STATUS(GRAPE_OK, grape_count_simple(db, "words", &count, &error));
    CHECK(count == 1);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

static void open_parents_directory(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = NULL;
    char path[300];
    snprintf(path, sizeof(path), "%s/parent", folder);
    CHECK_STATUS(GRAPE_E_BUSY, grape_open(path, NULL, &db, &error));
    CHECK(db == NULL);
}

static void with_parent_database(void (*body)(void)) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    char path[300];
    uint64_t count = 0;
    const uint64_t id = 1;
    const float vector[2] = {1, 0};
    folder = make_folder();
    freed = 0;
    options.log_ctx = &freed;
    options.log_ctx_free = count_free;
    snprintf(path, sizeof(path), "%s/parent", folder);
    CHECK_STATUS(GRAPE_OK, grape_open(path, &options, &parent_db, &error));
    CHECK_STATUS(GRAPE_OK,
                 grape_create_collection_simple(parent_db, "words", 2, GRAPE_DOT, &error));
    CHECK_STATUS(GRAPE_OK,
                 grape_upsert_simple(parent_db, "words", &id, vector, 1, 2, NULL, &error));
    CHECK(holds_in_child(body));
    /* The parent goes on as if nothing had been. */
    CHECK_STATUS(GRAPE_OK, grape_count_simple(parent_db, "words", &count, &error));
    CHECK(count == 1);
    CHECK_STATUS(GRAPE_OK,
                 grape_upsert_simple(parent_db, "words", &id, vector, 1, 2, NULL, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(parent_db, &error));
    CHECK(freed == 1);
    remove_folder(folder);
}

static void a_forked_child_gets_forked_from_every_call(void) {
    with_parent_database(use_inherited_handle);
}

static void a_forked_child_may_open_a_database_of_its_own(void) {
    with_parent_database(use_own_database);
}

static void a_directory_of_another_process_is_busy(void) {
    with_parent_database(open_parents_directory);
}

static void fork_while_a_request_waits(void) {
    grape_error error = GRAPE_ERROR_INIT;
    struct job busy;
    shut_gate();
    CHECK_STATUS(GRAPE_OK, occupy_thread(&busy, parent_db, &error));
    CHECK_STATUS(GRAPE_OK, submit_job(&parent_job, parent_db, kCount, &error));
    CHECK(holds_in_child(submit_with_inherited_handle));
    CHECK_STATUS(GRAPE_OK, grape_cancel(parent_db, parent_job.ticket, &error));
    open_gate();
    wait_for_job(&parent_job);
    wait_for_job(&busy);
    CHECK(parent_job.status == GRAPE_E_CANCELLED && busy.status == GRAPE_OK);
    grape_buffer_release(&busy.reply);
}

static void a_forked_child_cannot_submit_and_completes_nothing(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    options.flags = GRAPE_OPEN_IN_MEMORY;
    options.submit_threads_max = 1;
    CHECK_STATUS(GRAPE_OK, grape_open(NULL, &options, &parent_db, &error));
    CHECK_STATUS(GRAPE_OK,
                 grape_create_collection_simple(parent_db, "words", 2, GRAPE_DOT, &error));
    fork_while_a_request_waits();
    CHECK_STATUS(GRAPE_OK, grape_close(parent_db, &error));
}

int main(void) {
    run_case("a_forked_child_cannot_submit_and_completes_nothing",
             a_forked_child_cannot_submit_and_completes_nothing);
    run_case("a_forked_child_gets_forked_from_every_call",
             a_forked_child_gets_forked_from_every_call);
    run_case("a_forked_child_may_open_a_database_of_its_own",
             a_forked_child_may_open_a_database_of_its_own);
    run_case("a_directory_of_another_process_is_busy", a_directory_of_another_process_is_busy);
    return finish_cases();
}
