#define _XOPEN_SOURCE 700
#include "jobs.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char kList[] = "{\"get_collections\": {}}";

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int gate_is_open = 1;
static int at_gate;

void finish_job(void* ctx, grape_status status, grape_buffer* reply, const grape_error* error) {
    struct job* job = ctx;
    if (error->status != status) abort();
    if (status < 0 && (reply->data != NULL || reply->owner != NULL)) abort();
    if (job->then != NULL) job->then(job);
    pthread_mutex_lock(&mutex);
    if (job->waits_at_gate) {
        at_gate++;
        pthread_cond_broadcast(&changed);
        while (!gate_is_open) pthread_cond_wait(&changed, &mutex);
        at_gate--;
    }
    job->completions++;
    job->status = status;
    memcpy(job->message, error->message, sizeof(job->message));
    grape_buffer_release(&job->reply);
    job->reply = *reply;
    memset(reply, 0, sizeof(*reply));
    pthread_mutex_unlock(&mutex);
}

void free_job(void* ctx) {
    struct job* job = ctx;
    pthread_mutex_lock(&mutex);
    job->frees++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

grape_status submit_again(struct job* job, grape_db* db, const char* json, grape_error* error) {
    job->db = db;
    return grape_submit(db, GRAPE_JSON, json, strlen(json), NULL, 0, finish_job, job, free_job,
                        &job->ticket, error);
}

grape_status submit_job(struct job* job, grape_db* db, const char* json, grape_error* error) {
    memset(job, 0, sizeof(*job));
    return submit_again(job, db, json, error);
}

void wait_for_job(struct job* job) {
    pthread_mutex_lock(&mutex);
    while (job->frees == 0) pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
}

int is_over(struct job* job) {
    int frees;
    pthread_mutex_lock(&mutex);
    frees = job->frees;
    pthread_mutex_unlock(&mutex);
    return frees != 0;
}

grape_status occupy_thread(struct job* job, grape_db* db, grape_error* error) {
    int before;
    grape_status status;
    memset(job, 0, sizeof(*job));
    job->waits_at_gate = 1;
    pthread_mutex_lock(&mutex);
    before = at_gate;
    pthread_mutex_unlock(&mutex);
    status = submit_again(job, db, kList, error);
    if (status != GRAPE_OK) return status;
    pthread_mutex_lock(&mutex);
    while (at_gate == before) pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
    return GRAPE_OK;
}

void shut_gate(void) {
    pthread_mutex_lock(&mutex);
    gate_is_open = 0;
    pthread_mutex_unlock(&mutex);
}

void open_gate(void) {
    pthread_mutex_lock(&mutex);
    gate_is_open = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

long read_proc(const char* path, const char* key) {
    char line[256];
    long value = -1;
    FILE* file = fopen(path, "r");
    if (file == NULL) return -1;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) value = strtol(line + strlen(key), NULL, 10);
    }
    fclose(file);
    return value;
}

/* Fields of /proc/self/task/ID/stat: the name stands in brackets, nice is the 19th. */
static int read_thread(const char* id, const char* name, long* nice) {
    char path[300];
    char line[512] = {0};
    char* at;
    int field;
    FILE* file;
    snprintf(path, sizeof(path), "/proc/self/task/%s/stat", id);
    file = fopen(path, "r");
    if (file == NULL) return 0;
    if (fgets(line, sizeof(line), file) == NULL) line[0] = '\0';
    fclose(file);
    at = strchr(line, '(');
    if (at == NULL || strncmp(at + 1, name, strlen(name)) != 0) return 0;
    at = strrchr(at, ')');
    for (field = 2; at != NULL && field < 19; field++) at = strchr(at + 1, ' ');
    if (at == NULL) return 0;
    *nice = strtol(at, NULL, 10);
    return 1;
}

int count_threads(const char* name, long* least_nice) {
    struct dirent* entry;
    int count = 0;
    DIR* folder = opendir("/proc/self/task");
    if (folder == NULL) return -1;
    while ((entry = readdir(folder)) != NULL) {
        long nice = 0;
        if (entry->d_name[0] == '.' || !read_thread(entry->d_name, name, &nice)) continue;
        if (count == 0 || nice < *least_nice) *least_nice = nice;
        count++;
    }
    closedir(folder);
    return count;
}
