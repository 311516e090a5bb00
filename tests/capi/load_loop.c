/* dlopen and dlclose in a loop, as a host with plug-ins does; this program is not linked with the
 * library. Each time a database is made, used and closed; once one is left open. */
#define _XOPEN_SOURCE 700
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

typedef grape_status (*open_fn)(const char*, const grape_open_options*, grape_db**, grape_error*);
typedef grape_status (*close_fn)(grape_db*, grape_error*);
typedef grape_status (*create_fn)(grape_db*, const char*, uint32_t, int32_t, grape_error*);
typedef grape_status (*upsert_fn)(grape_db*, const char*, const uint64_t*, const float*, size_t,
                                  uint32_t, const char* const*, grape_error*);

struct library {
    void* handle;
    open_fn open;
    close_fn close;
    create_fn create;
    upsert_fn upsert;
};

static const char* library_path;

/* ISO C has no cast from void * to a function. */
static void find(void* handle, const char* name, void* out) {
    void* symbol = dlsym(handle, name);
    memcpy(out, &symbol, sizeof(symbol));
}

static int load(struct library* library) {
    library->handle = dlopen(library_path, RTLD_NOW | RTLD_LOCAL);
    if (library->handle == NULL) {
        printf("%s\n", dlerror());
        return 0;
    }
    find(library->handle, "grape_open", &library->open);
    find(library->handle, "grape_close", &library->close);
    find(library->handle, "grape_create_collection_simple", &library->create);
    find(library->handle, "grape_upsert_simple", &library->upsert);
    return library->open && library->close && library->create && library->upsert;
}

static void use(const struct library* library, int close_it) {
    const uint64_t id = 1;
    const float vector[2] = {1, 0};
    const char* folder = make_folder();
    grape_db* db = NULL;
    CHECK(library->open(folder, NULL, &db, NULL) == GRAPE_OK);
    CHECK(library->create(db, "words", 2, GRAPE_COSINE, NULL) == GRAPE_OK);
    CHECK(library->upsert(db, "words", &id, vector, 1, 2, NULL, NULL) == GRAPE_OK);
    if (close_it) CHECK(library->close(db, NULL) == GRAPE_OK);
    remove_folder(folder);
}

static void loading_and_unloading_twenty_times_is_safe(void) {
    int i;
    for (i = 0; i < 20; i++) {
        struct library library;
        CHECK(load(&library));
        use(&library, 1);
        CHECK(dlclose(library.handle) == 0);
    }
}

static void unloading_with_an_open_database_is_safe(void) {
    struct library library;
    CHECK(load(&library));
    use(&library, 0);
    CHECK(dlclose(library.handle) == 0);
    CHECK(load(&library));
    use(&library, 1);
    CHECK(dlclose(library.handle) == 0);
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    library_path = argv[1];
    run_case("loading_and_unloading_twenty_times_is_safe",
             loading_and_unloading_twenty_times_is_safe);
    run_case("unloading_with_an_open_database_is_safe", unloading_with_an_open_database_is_safe);
    return finish_cases();
}
