/* What the tests of grape_submit() share: jobs, each with its completion, and a gate that a
 * completion waits at, so that the thread it is on is busy for as long as a test wants.
 * Threads: any. */
#ifndef GRAPE_TESTS_CAPI_JOBS_H
#define GRAPE_TESTS_CAPI_JOBS_H

#include <grape/grape.h>

/* One submitted request. Its ctx; the reply is taken. */
struct job {
    int completions;
    int frees;
    grape_status status;
    char message[244];
    grape_buffer reply;
    uint64_t ticket;
    int waits_at_gate;
    void (*then)(struct job* job); /* called in the completion, or NULL */
    grape_db* db;
};

void finish_job(void* ctx, grape_status status, grape_buffer* reply, const grape_error* error);
void free_job(void* ctx);

/* Makes it new, and submits a JSON request with it. */
grape_status submit_job(struct job* job, grape_db* db, const char* json, grape_error* error);
/* As it is: `then` and `waits_at_gate` may be set before. */
grape_status submit_again(struct job* job, grape_db* db, const char* json, grape_error* error);
/* Waits until its ctx was given back. */
void wait_for_job(struct job* job);
int is_over(struct job* job);

/* Submits a job that keeps a thread busy until the gate is opened, and waits until it does. */
grape_status occupy_thread(struct job* job, grape_db* db, grape_error* error);
void shut_gate(void);
void open_gate(void);

/* A number in a file of /proc: the text after `key`. */
long read_proc(const char* path, const char* key);
/* Threads of this process by their names: how many begin with `name`, and the least nice of them.
 */
int count_threads(const char* name, long* least_nice);

#endif
