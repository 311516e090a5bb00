/* The end of submitted requests: grape_cancel(), grape_close() with a full queue and from a
 * completion; and how nice the library's threads are. */
#define _XOPEN_SOURCE 700
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "support.h"

enum { kWaiting = 200 };

static const char kList[] = "{\"get_collections\": {}}";
static const char kUpsert[] =
    "{\"upsert_points\": {\"collection_name\": \"words\", \"points\": [{\"id\": 1, "
    "\"vector\": [1, 2]}]}}";
static struct job jobs[kWaiting];
static struct job busy[2];

static grape_db* open_words(uint32_t threads) {
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    grape_db* db = NULL;
    options.flags = GRAPE_OPEN_IN_MEMORY;
    options.submit_threads_max = threads;
    options.submit_waiting_max = kWaiting;
    if (grape_open(NULL, &options, &db, NULL) != GRAPE_OK ||
        grape_create_collection_simple(db, "words", 2, GRAPE_DOT, NULL) != GRAPE_OK) {
        exit(2);
    }
    return db;
}

static void what_waits_is_cancelled_and_never_runs(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(1);
    uint64_t count = 9;
    shut_gate();
    CHECK_STATUS(GRAPE_OK, occupy_thread(&busy[0], db, &error));
    CHECK_STATUS(GRAPE_OK, submit_job(&jobs[0], db, kList, &error));
    CHECK_STATUS(GRAPE_OK, submit_job(&jobs[1], db, kUpsert, &error));
    CHECK_STATUS(GRAPE_OK, grape_cancel(db, jobs[1].ticket, &error));
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_cancel(db, jobs[1].ticket, &error));
    CHECK(!is_over(&jobs[1])); /* completes on a thread of the database */
    open_gate();
    wait_for_job(&jobs[1]);
    wait_for_job(&jobs[0]);
    CHECK(jobs[1].completions == 1 && jobs[1].status == GRAPE_E_CANCELLED);
    CHECK(strstr(jobs[1].message, "cancelled") != NULL && jobs[1].reply.data == NULL);
    CHECK(jobs[0].completions == 1 && jobs[0].status == GRAPE_OK);
    CHECK_STATUS(GRAPE_OK, grape_count_simple(db, "words", &count, &error));
    CHECK(count == 0);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    grape_buffer_release(&jobs[0].reply);
    grape_buffer_release(&busy[0].reply);
}

static void what_runs_or_is_complete_is_not_cancelled(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(1);
    shut_gate();
    CHECK_STATUS(GRAPE_OK, occupy_thread(&busy[0], db, &error));
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_cancel(db, busy[0].ticket, &error));
    CHECK_SAYS("ticket");
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_cancel(db, 0, &error));
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_cancel(db, busy[0].ticket + 1, &error));
    CHECK_STATUS(GRAPE_E_INVALID, grape_cancel(NULL, 1, &error));
    open_gate();
    wait_for_job(&busy[0]);
    CHECK(busy[0].completions == 1 && busy[0].status == GRAPE_OK);
    CHECK_STATUS(GRAPE_E_NOT_FOUND, grape_cancel(db, busy[0].ticket, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    CHECK_STATUS(GRAPE_E_CLOSED, grape_cancel(db, busy[0].ticket, &error));
    grape_buffer_release(&busy[0].reply);
}

/* Whether a request is cancelled or runs is a race; that it is one of both, once, is not. */
static void cancelling_races_with_running(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(2);
    int cancelled = 0;
    int i;
    for (i = 0; i < kWaiting; i++) {
        grape_status status;
        CHECK_STATUS(GRAPE_OK, submit_job(&jobs[i], db, kUpsert, &error));
        status = grape_cancel(db, jobs[i].ticket, &error);
        CHECK(status == GRAPE_OK || status == GRAPE_E_NOT_FOUND);
        wait_for_job(&jobs[i]);
        CHECK(jobs[i].status == (status == GRAPE_OK ? GRAPE_E_CANCELLED : GRAPE_OK));
        cancelled += status == GRAPE_OK;
    }
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    for (i = 0; i < kWaiting; i++) {
        CHECK(jobs[i].completions == 1 && jobs[i].frees == 1);
        grape_buffer_release(&jobs[i].reply);
    }
    printf("%d of %d were cancelled in time\n", cancelled, kWaiting);
}

static void* close_database(void* db) {
    return grape_close(db, NULL) == GRAPE_OK ? db : NULL;
}

static void closing_with_a_full_queue_completes_all_of_it(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(2);
    pthread_t closer;
    void* result = NULL;
    int done = 0;
    int cancelled = 0;
    int i;
    shut_gate();
    for (i = 0; i < 2; i++) CHECK_STATUS(GRAPE_OK, occupy_thread(&busy[i], db, &error));
    for (i = 0; i < kWaiting; i++) {
        CHECK_STATUS(GRAPE_OK, submit_job(&jobs[i], db, kUpsert, &error));
    }
    CHECK(pthread_create(&closer, NULL, close_database, db) == 0);
    while (grape_cancel(db, 0, &error) != GRAPE_E_CLOSED) continue; /* until it has begun */
    CHECK(!is_over(&busy[0]) && !is_over(&busy[1]));
    open_gate();
    CHECK(pthread_join(closer, &result) == 0);
    CHECK(result == db);
    /* No lock is needed to look: nothing comes any more. */
    for (i = 0; i < kWaiting; i++) {
        CHECK(jobs[i].completions == 1 && jobs[i].frees == 1);
        done += jobs[i].status == GRAPE_OK;
        cancelled += jobs[i].status == GRAPE_E_CANCELLED;
        grape_buffer_release(&jobs[i].reply);
    }
    for (i = 0; i < 2; i++) {
        CHECK(busy[i].completions == 1 && busy[i].frees == 1 && busy[i].status == GRAPE_OK);
        grape_buffer_release(&busy[i].reply);
    }
    printf("%d ran, %d were cancelled\n", done, cancelled);
    CHECK(done + cancelled == kWaiting);
}

static grape_status status_of_closing;

static void close_from_completion(struct job* job) {
    status_of_closing = grape_close(job->db, NULL);
}

static void a_completion_cannot_close_its_database(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(1);
    memset(&jobs[0], 0, sizeof(jobs[0]));
    jobs[0].then = close_from_completion;
    CHECK_STATUS(GRAPE_OK, submit_again(&jobs[0], db, kList, &error));
    wait_for_job(&jobs[0]);
    CHECK(status_of_closing == GRAPE_E_INVALID && jobs[0].completions == 1);
    CHECK_STATUS(GRAPE_OK, ask(db, kList, NULL, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    grape_buffer_release(&jobs[0].reply);
}

static void submit_until_closed(struct job* job) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_status status;
    struct job late;
    do {
        status = submit_job(&late, job->db, kList, &error);
        if (status == GRAPE_OK) wait_for_job(&late);
        if (status == GRAPE_OK) grape_buffer_release(&late.reply);
    } while (status == GRAPE_OK);
    if (status != GRAPE_E_CLOSED || late.frees != 1 || late.completions != 0) abort();
}

static void a_completion_that_submits_while_closing_gets_closed(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(2);
    memset(&jobs[0], 0, sizeof(jobs[0]));
    jobs[0].then = submit_until_closed;
    CHECK_STATUS(GRAPE_OK, submit_again(&jobs[0], db, kList, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    CHECK(jobs[0].frees == 1 && jobs[0].completions == 1);
    grape_buffer_release(&jobs[0].reply);
}

/* All threads that the library makes on its own account, in a database on disk. */
static void background_threads_are_nice(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    const char* folder = make_folder();
    grape_db* db = NULL;
    long nice = -100;
    options.durability = GRAPE_DURABILITY_GROUP;
    CHECK_STATUS(GRAPE_OK, grape_open(folder, &options, &db, &error));
    CHECK_STATUS(GRAPE_OK, grape_create_collection_simple(db, "words", 2, GRAPE_DOT, &error));
    CHECK_STATUS(GRAPE_OK, ask(db, kUpsert, NULL, &error));
    CHECK_STATUS(GRAPE_OK, grape_flush(db, &error));
    /* A thread has its name and its niceness a moment after it was made. */
    while (count_threads("grape-work", &nice) == 0) continue;
    while (count_threads("grape-sync", &nice) == 0) continue;
    while (count_threads("grape-", &nice) > 0 && nice < 10) continue;
    CHECK(count_threads("grape-", &nice) >= 2);
    CHECK(nice >= 10);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    while (count_threads("grape-", &nice) != 0) continue;
    remove_folder(folder);
}

int main(void) {
    run_case("what_waits_is_cancelled_and_never_runs", what_waits_is_cancelled_and_never_runs);
    run_case("what_runs_or_is_complete_is_not_cancelled",
             what_runs_or_is_complete_is_not_cancelled);
    run_case("cancelling_races_with_running", cancelling_races_with_running);
    run_case("closing_with_a_full_queue_completes_all_of_it",
             closing_with_a_full_queue_completes_all_of_it);
    run_case("a_completion_cannot_close_its_database", a_completion_cannot_close_its_database);
    run_case("a_completion_that_submits_while_closing_gets_closed",
             a_completion_that_submits_while_closing_gets_closed);
    run_case("background_threads_are_nice", background_threads_are_nice);
    return finish_cases();
}
