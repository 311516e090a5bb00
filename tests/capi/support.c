#define _XOPEN_SOURCE 700
#include "support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed;
static int failed;
static int running_failed;
static const char* running;

void run_case(const char* name, void (*body)(void)) {
    running = name;
    running_failed = 0;
    body();
    if (running_failed) {
        failed++;
        printf("FAILED %s\n", name);
    } else {
        passed++;
    }
    fflush(stdout);
}

int finish_cases(void) {
    printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed != 0 || passed == 0;
}

int case_has_failed(void) {
    return running_failed;
}

int check_holds(int holds, const char* what, const char* file, int line) {
    if (holds) return 1;
    running_failed = 1;
    printf("%s:%d: %s: not true: %s\n", file, line, running, what);
    fflush(stdout);
    return 0;
}

const char* make_folder(void) {
    static char path[256];
    const char* base = getenv("TMPDIR");
    if (base == NULL || strlen(base) > 200) base = "/tmp";
    snprintf(path, sizeof(path), "%s/grape-capi-XXXXXX", base);
    if (mkdtemp(path) == NULL) {
        perror("mkdtemp");
        exit(2);
    }
    return path;
}

static int remove_entry(const char* path, const struct stat* info, int kind, struct FTW* at) {
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

void remove_folder(const char* path) {
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}
