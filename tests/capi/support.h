/* The few tools of these tests, which are C99 and see only grape.h: cases that are counted, checks
 * that end a case, folders that are removed, requests and what a database holds as text.
 * Threads: one. */
#ifndef GRAPE_TESTS_CAPI_SUPPORT_H
#define GRAPE_TESTS_CAPI_SUPPORT_H

#include <grape/grape.h>

/* Runs one case; its name is a sentence. */
void run_case(const char* name, void (*body)(void));
/* Prints `N passed, N failed, N skipped`; the exit code of the program. */
int finish_cases(void);
/* Marks the running case as failed; for CHECK. */
int check_holds(int holds, const char* what, const char* file, int line);
int check_status(grape_status got, grape_status wanted, const grape_error* error, const char* what,
                 const char* file, int line);
/* For what runs in a forked child: did a check fail there? */
int case_has_failed(void);

#define CHECK(condition)                                                               \
    do {                                                                               \
        if (!check_holds((condition) ? 1 : 0, #condition, __FILE__, __LINE__)) return; \
    } while (0)
/* The call must take &error, a grape_error of the caller's. */
#define CHECK_STATUS(wanted, call)                                                      \
    do {                                                                                \
        if (!check_status((call), (wanted), &error, #call, __FILE__, __LINE__)) return; \
    } while (0)
#define CHECK_SAYS(text) CHECK(strstr(error.message, (text)) != NULL)

/* A new empty folder's name, at most 200 bytes; and the removal of it with all that is in it. */
const char* make_folder(void);
void remove_folder(const char* path);

/* A request in JSON. */
grape_status ask(grape_db* db, const char* json, grape_buffer* out, grape_error* error);
/* All that can be seen of a database through the ABI: catalogue, aliases, points with payloads,
 * vectors and versions, the last commit. malloc()ed; NULL when a request failed. */
char* describe_database(grape_db* db);
/* The part of a JSON reply that does not depend on the clock; malloc()ed. */
char* timeless(const grape_buffer* reply);

#endif
