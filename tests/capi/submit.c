/* grape_submit(): exactly one completion for what was taken and none for what was refused, in any
 * order, on few threads, with a bounded queue. What cancelling and closing do is in cancel.c. */
#define _XOPEN_SOURCE 700
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "jobs.h"
#include "support.h"

enum { kMany = 1000, kThreads = 3 };

static const char kList[] = "{\"get_collections\": {}}";
static const char kCountWords[] = "{\"count_points\": {\"collection_name\": \"words\"}}";
static struct job jobs[kMany];
static struct job busy[kThreads];

static grape_db* open_words(uint32_t threads, uint32_t waiting) {
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    grape_db* db = NULL;
    options.flags = GRAPE_OPEN_IN_MEMORY | GRAPE_OPEN_NO_BACKGROUND;
    options.submit_threads_max = threads;
    options.submit_waiting_max = waiting;
    if (grape_open(NULL, &options, &db, NULL) != GRAPE_OK ||
        grape_create_collection_simple(db, "words", 2, GRAPE_DOT, NULL) != GRAPE_OK) {
        exit(2);
    }
    return db;
}

static void release_replies(struct job* first, int count) {
    int i;
    for (i = 0; i < count; i++) grape_buffer_release(&first[i].reply);
}

static void one_completion_follows_with_the_reply(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(0, 0);
    struct job* job = &jobs[0];
    CHECK_STATUS(GRAPE_OK, submit_job(job, db, kCountWords, &error));
    CHECK(error.status == GRAPE_OK && error.message[0] == '\0');
    wait_for_job(job);
    CHECK(job->completions == 1 && job->frees == 1 && job->status == GRAPE_OK);
    CHECK(job->ticket != 0 && job->message[0] == '\0');
    CHECK(strstr(job->reply.data, "{\"count\":0}") != NULL);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    CHECK(job->completions == 1 && job->frees == 1);
    CHECK(strncmp(job->reply.data, "{\"result\":", 10) == 0); /* outlives the database */
    release_replies(job, 1);
}

static void a_request_that_fails_says_so_in_its_completion(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(1, 0);
    struct job* job = &jobs[0];
    CHECK_STATUS(GRAPE_OK,
                 submit_job(job, db, "{\"count_points\": {\"collection_name\": \"no\"}}", &error));
    wait_for_job(job);
    CHECK(job->completions == 1 && job->status == GRAPE_E_NOT_FOUND);
    CHECK(strstr(job->message, "'no'") != NULL && job->reply.data == NULL);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

/* Nothing but the status of the call, and ctx comes back. */
#define CHECK_REFUSED(wanted, call)        \
    do {                                   \
        memset(&jobs[0], 0, sizeof *jobs); \
        jobs[0].ticket = 77;               \
        CHECK_STATUS(wanted, call);        \
        CHECK(jobs[0].completions == 0);   \
        CHECK(jobs[0].frees == 1);         \
        CHECK(jobs[0].ticket == 0);        \
    } while (0)

static void what_is_wrong_is_answered_at_once_and_never_completed(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(1, 0);
    struct job* job = &jobs[0];
    uint64_t* const t = &job->ticket;
    const size_t n = sizeof(kList) - 1;
    const grape_blob bad = {NULL, 1, 0, GRAPE_F32, 2};
    long nice = 0;
    CHECK_REFUSED(GRAPE_E_INVALID, submit_again(job, db, "{\"count_points\": {", &error));
    CHECK_REFUSED(GRAPE_E_INVALID, submit_again(job, db, "{\"what\": {}}", &error));
    CHECK_SAYS("what");
    CHECK_REFUSED(GRAPE_E_INVALID, submit_again(job, NULL, kList, &error));
    CHECK_SAYS("db");
    CHECK_REFUSED(GRAPE_E_INVALID, grape_submit(db, GRAPE_JSON, NULL, n, NULL, 0, finish_job, job,
                                                free_job, t, &error));
    CHECK_SAYS("request");
    CHECK_REFUSED(GRAPE_E_INVALID,
                  grape_submit(db, 7, kList, n, NULL, 0, finish_job, job, free_job, t, &error));
    CHECK_SAYS("encoding");
    CHECK_REFUSED(GRAPE_E_INVALID, grape_submit(db, GRAPE_FLATBUFFERS, kList, n, NULL, 0,
                                                finish_job, job, free_job, t, &error));
    CHECK_REFUSED(GRAPE_E_INVALID, grape_submit(db, GRAPE_JSON, kList, n, NULL, 2, finish_job, job,
                                                free_job, t, &error));
    CHECK_SAYS("blobs");
    CHECK_REFUSED(GRAPE_E_INVALID, grape_submit(db, GRAPE_JSON, kList, n, &bad, 1, finish_job, job,
                                                free_job, t, &error));
    CHECK_REFUSED(GRAPE_E_INVALID,
                  grape_submit(db, GRAPE_JSON, kList, n, NULL, 0, NULL, job, free_job, t, &error));
    CHECK_SAYS("done");
    CHECK(count_threads("grape-pool", &nice) == 0);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    CHECK_REFUSED(GRAPE_E_CLOSED, submit_again(job, db, kList, &error));
    CHECK(grape_submit(db, GRAPE_JSON, kList, n, NULL, 0, NULL, NULL, NULL, NULL, NULL) ==
          GRAPE_E_CLOSED);
}

static void the_message_is_the_callers_again_at_once_and_blobs_when_it_is_complete(void) {
    static const char kUpsert[] =
        "{\"upsert_points\": {\"collection_name\": \"words\", \"points\": ["
        "{\"id\": 1, \"vector\": {\"blob\": 0, \"row\": 1}, \"payload\": {\"a\": \"long enough to "
        "lie on the heap\"}}, {\"id\": 2, \"vector\": [3, 4]}]}}";
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(1, 0);
    struct job* job = &jobs[0];
    char* text = malloc(sizeof(kUpsert));
    float* rows = malloc(4 * sizeof(float));
    grape_blob* blob = malloc(sizeof(grape_blob));
    grape_buffer out = GRAPE_BUFFER_INIT;
    CHECK(text != NULL && rows != NULL && blob != NULL);
    memcpy(text, kUpsert, sizeof(kUpsert));
    rows[0] = rows[1] = 9;
    rows[2] = 1;
    rows[3] = 2;
    memset(blob, 0, sizeof(*blob));
    blob->data = rows;
    blob->rows = 2;
    blob->type = GRAPE_F32;
    blob->dim = 2;
    memset(job, 0, sizeof(*job));
    shut_gate();
    CHECK_STATUS(GRAPE_OK, occupy_thread(&busy[0], db, &error));
    CHECK_STATUS(GRAPE_OK, grape_submit(db, GRAPE_JSON, text, sizeof(kUpsert) - 1, blob, 1,
                                        finish_job, job, free_job, NULL, &error));
    free(text);
    free(blob);
    open_gate();
    wait_for_job(job);
    free(rows);
    CHECK(job->status == GRAPE_OK);
    CHECK_STATUS(GRAPE_OK, ask(db,
                               "{\"get_points\": {\"collection_name\": \"words\", \"ids\": [1, 2], "
                               "\"with_vector\": true, \"with_payload\": true}}",
                               &out, &error));
    CHECK(strstr(out.data, "[1.0,2.0]") != NULL || strstr(out.data, "[1,2]") != NULL);
    CHECK(strstr(out.data, "[3.0,4.0]") != NULL || strstr(out.data, "[3,4]") != NULL);
    CHECK(strstr(out.data, "long enough to lie on the heap") != NULL);
    grape_buffer_release(&out);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    release_replies(busy, 1);
    release_replies(job, 1);
}

static int in_flight(void) {
    int i;
    int count = 0;
    for (i = 0; i < kMany; i++) count += !is_over(&jobs[i]);
    return count;
}

static void a_thousand_requests_use_no_more_threads_than_the_pool_has(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(kThreads, 0);
    const long before = read_proc("/proc/self/status", "Threads:");
    long after;
    char json[200];
    uint64_t count = 0;
    int i;
    CHECK(before > 0);
    shut_gate();
    for (i = 0; i < kThreads; i++) CHECK_STATUS(GRAPE_OK, occupy_thread(&busy[i], db, &error));
    for (i = 0; i < kMany; i++) {
        snprintf(json, sizeof(json),
                 "{\"upsert_points\": {\"collection_name\": \"words\", \"points\": "
                 "[{\"id\": %d, \"vector\": [1, %d]}]}}",
                 i, i);
        CHECK_STATUS(GRAPE_OK, submit_job(&jobs[i], db, json, &error));
    }
    CHECK(in_flight() == kMany);
    after = read_proc("/proc/self/status", "Threads:");
    printf("%d requests in flight on %ld threads\n", kMany, after - before);
    CHECK(after - before == kThreads);
    open_gate();
    for (i = 0; i < kMany; i++) wait_for_job(&jobs[i]);
    CHECK(read_proc("/proc/self/status", "Threads:") <= before + kThreads);
    CHECK_STATUS(GRAPE_OK, grape_count_simple(db, "words", &count, &error));
    CHECK(count == kMany);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    /* A thread that was joined is listed for a moment still. */
    while (read_proc("/proc/self/status", "Threads:") > before) continue;
    for (i = 0; i < kMany; i++) {
        CHECK(jobs[i].completions == 1 && jobs[i].frees == 1 && jobs[i].status == GRAPE_OK);
        CHECK(i == 0 || jobs[i].ticket > jobs[i - 1].ticket);
    }
    release_replies(jobs, kMany);
    release_replies(busy, kThreads);
}

static void threads_are_made_when_needed_and_no_more_than_cores(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(0, 0);
    long nice = 0;
    int i;
    CHECK(count_threads("grape-pool", &nice) == 0);
    CHECK_STATUS(GRAPE_OK, submit_job(&jobs[0], db, kList, &error));
    wait_for_job(&jobs[0]);
    CHECK(count_threads("grape-pool", &nice) == 1);
    CHECK(nice == getpriority(PRIO_PROCESS, 0));
    for (i = 1; i < 100; i++) CHECK_STATUS(GRAPE_OK, submit_job(&jobs[i], db, kList, &error));
    for (i = 1; i < 100; i++) wait_for_job(&jobs[i]);
    CHECK(count_threads("grape-pool", &nice) <= sysconf(_SC_NPROCESSORS_ONLN));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    while (count_threads("grape-pool", &nice) != 0) continue;
    release_replies(jobs, 100);
}

static void a_full_queue_is_busy_at_once(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(1, 4);
    int i;
    shut_gate();
    CHECK_STATUS(GRAPE_OK, occupy_thread(&busy[0], db, &error));
    for (i = 0; i < 4; i++) CHECK_STATUS(GRAPE_OK, submit_job(&jobs[i], db, kList, &error));
    for (i = 4; i < 8; i++) {
        CHECK_STATUS(GRAPE_E_BUSY, submit_job(&jobs[i], db, kList, &error));
        CHECK_SAYS("4 ");
        CHECK(jobs[i].frees == 1 && jobs[i].completions == 0 && jobs[i].ticket == 0);
    }
    CHECK_STATUS(GRAPE_OK, ask(db, kList, NULL, &error)); /* the caller's own thread is free */
    open_gate();
    for (i = 0; i < 4; i++) wait_for_job(&jobs[i]);
    CHECK_STATUS(GRAPE_OK, submit_job(&jobs[4], db, kList, &error));
    wait_for_job(&jobs[4]);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    for (i = 0; i < 5; i++) CHECK(jobs[i].completions == 1 && jobs[i].status == GRAPE_OK);
    for (i = 5; i < 8; i++) CHECK(jobs[i].completions == 0 && jobs[i].frees == 1);
    release_replies(jobs, 5);
    release_replies(busy, 1);
}

static void a_slow_completion_does_not_hold_up_the_others(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(2, 0);
    int i;
    shut_gate();
    CHECK_STATUS(GRAPE_OK, occupy_thread(&busy[0], db, &error));
    for (i = 0; i < 50; i++) CHECK_STATUS(GRAPE_OK, submit_job(&jobs[i], db, kList, &error));
    for (i = 0; i < 50; i++) wait_for_job(&jobs[i]);
    CHECK(!is_over(&busy[0])); /* the first submitted is the last complete */
    open_gate();
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    CHECK(busy[0].completions == 1);
    release_replies(jobs, 50);
    release_replies(busy, 1);
}

static void submit_next(struct job* job) {
    grape_error error = GRAPE_ERROR_INIT;
    const long next = job - jobs + 1;
    CHECK_STATUS(GRAPE_OK, ask(job->db, kCountWords, NULL, &error)); /* a call that blocks */
    if (next == 100) return;
    jobs[next].then = submit_next;
    CHECK_STATUS(GRAPE_OK, submit_again(&jobs[next], job->db, kList, &error));
}

static void a_completion_may_submit_and_call(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(2, 0);
    int i;
    memset(jobs, 0, sizeof(jobs));
    jobs[0].then = submit_next;
    CHECK_STATUS(GRAPE_OK, submit_again(&jobs[0], db, kList, &error));
    for (i = 0; i < 100; i++) wait_for_job(&jobs[i]);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    for (i = 0; i < 100; i++) CHECK(jobs[i].completions == 1 && jobs[i].status == GRAPE_OK);
    release_replies(jobs, 100);
}

static void* submit_a_part(void* db) {
    static int parts;
    static pthread_mutex_t part_mutex = PTHREAD_MUTEX_INITIALIZER;
    int i;
    int part;
    pthread_mutex_lock(&part_mutex);
    part = parts++ % 4;
    pthread_mutex_unlock(&part_mutex);
    for (i = part; i < kMany; i += 4) {
        if (submit_job(&jobs[i], db, kList, NULL) != GRAPE_OK) return NULL;
    }
    return db;
}

static void several_threads_may_submit_at_once(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = open_words(2, 0);
    pthread_t threads[4];
    int i;
    for (i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, submit_a_part, db) == 0);
    for (i = 0; i < 4; i++) {
        void* result = NULL;
        CHECK(pthread_join(threads[i], &result) == 0);
        CHECK(result == db);
    }
    for (i = 0; i < kMany; i++) wait_for_job(&jobs[i]);
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
    for (i = 0; i < kMany; i++) CHECK(jobs[i].completions == 1 && jobs[i].status == GRAPE_OK);
    release_replies(jobs, kMany);
}

static void limits_of_the_options_are_checked(void) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    grape_db* db = NULL;
    options.flags = GRAPE_OPEN_IN_MEMORY;
    options.submit_threads_max = 1025;
    CHECK_STATUS(GRAPE_E_LIMIT, grape_open(NULL, &options, &db, &error));
    CHECK_SAYS("submit_threads_max");
    CHECK_SAYS("1024");
    options.submit_threads_max = 1024;
    options.submit_waiting_max = 1000001;
    CHECK_STATUS(GRAPE_E_LIMIT, grape_open(NULL, &options, &db, &error));
    CHECK_SAYS("submit_waiting_max");
    options.submit_waiting_max = 1000000;
    CHECK_STATUS(GRAPE_OK, grape_open(NULL, &options, &db, &error));
    CHECK_STATUS(GRAPE_OK, grape_close(db, &error));
}

int main(void) {
    run_case("one_completion_follows_with_the_reply", one_completion_follows_with_the_reply);
    run_case("a_request_that_fails_says_so_in_its_completion",
             a_request_that_fails_says_so_in_its_completion);
    run_case("what_is_wrong_is_answered_at_once_and_never_completed",
             what_is_wrong_is_answered_at_once_and_never_completed);
    run_case("the_message_is_the_callers_again_at_once_and_blobs_when_it_is_complete",
             the_message_is_the_callers_again_at_once_and_blobs_when_it_is_complete);
    run_case("a_thousand_requests_use_no_more_threads_than_the_pool_has",
             a_thousand_requests_use_no_more_threads_than_the_pool_has);
    run_case("threads_are_made_when_needed_and_no_more_than_cores",
             threads_are_made_when_needed_and_no_more_than_cores);
    run_case("a_full_queue_is_busy_at_once", a_full_queue_is_busy_at_once);
    run_case("a_slow_completion_does_not_hold_up_the_others",
             a_slow_completion_does_not_hold_up_the_others);
    run_case("a_completion_may_submit_and_call", a_completion_may_submit_and_call);
    run_case("several_threads_may_submit_at_once", several_threads_may_submit_at_once);
    run_case("limits_of_the_options_are_checked", limits_of_the_options_are_checked);
    return finish_cases();
}
