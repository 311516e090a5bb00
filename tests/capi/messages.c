/* Requests in both encodings, from the file that make_cases.py writes: JSON on one database, the
 * FlatBuffers message of the same meaning on another, and that again through grape_submit() on a
 * third. After each case all hold the same. A case
 * that is refused gives its status, says its words, and leaves the database as it was. Then every
 * message is cut at every length and has each of its bytes changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "support.h"

enum { kBlobsMax = 4, kJson = 0, kFlatbuffers = 1, kSubmitted = 2, kWays = 3 };
static const uint32_t kAbsent = 0xFFFFFFFFu;

struct field {
    const char* data;
    uint32_t size; /* kAbsent: the case does not have this encoding */
};

struct message_case {
    struct field name;
    struct field status[kWays];
    struct field says;
    struct field message[kWays];
    grape_blob blobs[kBlobsMax];
    uint32_t blob_count;
};

static grape_db* databases[kWays];
static struct message_case current;
static int encoding_index;
static const char* reader;

static void* copy_aligned(const char* data, size_t size) {
    void* copy = malloc(size + 8);
    if (copy == NULL) exit(2);
    memcpy(copy, data, size);
    return copy;
}

static uint32_t read_u32(void) {
    uint32_t value;
    memcpy(&value, reader, sizeof(value));
    reader += sizeof(value);
    return value;
}

static uint64_t read_u64(void) {
    uint64_t value;
    memcpy(&value, reader, sizeof(value));
    reader += sizeof(value);
    return value;
}

static struct field read_field(void) {
    struct field field;
    field.size = read_u32();
    field.data = reader;
    if (field.size != kAbsent) reader += field.size;
    return field;
}

static void read_blob(grape_blob* blob) {
    struct field bytes;
    int is_null;
    blob->type = (uint32_t)read_u64();
    blob->dim = (uint32_t)read_u64();
    blob->rows = read_u64();
    blob->stride_bytes = read_u64();
    is_null = read_u64() != 0;
    bytes = read_field();
    blob->data = is_null ? NULL : copy_aligned(bytes.data, bytes.size);
}

static void read_case(void) {
    uint32_t i;
    current.name = read_field();
    current.status[kJson] = read_field();
    current.status[kFlatbuffers] = read_field();
    current.says = read_field();
    current.message[kJson] = read_field();
    current.message[kFlatbuffers] = read_field();
    current.blob_count = read_u32();
    if (current.blob_count > kBlobsMax) exit(2);
    for (i = 0; i < current.blob_count; i++) read_blob(&current.blobs[i]);
    current.status[kSubmitted] = current.status[kFlatbuffers];
    current.message[kSubmitted] = current.message[kFlatbuffers];
}

static void free_case(void) {
    uint32_t i;
    for (i = 0; i < current.blob_count; i++) free((void*)(uintptr_t)current.blobs[i].data);
}

static uint32_t encoding(void) {
    return encoding_index == kJson ? GRAPE_JSON : GRAPE_FLATBUFFERS;
}

/* Through volatile: a plain write right before free() is optimised away. */
static void scribble(void* data, size_t size) {
    volatile char* bytes = data;
    size_t i;
    for (i = 0; i < size; i++) bytes[i] = 0x55;
}

/* Submits a copy of the message that is gone before the request can run, then waits. */
static grape_status send_submitted(const void* message, size_t size, grape_buffer* out,
                                   grape_error* error) {
    struct job busy;
    struct job job;
    void* copy = copy_aligned(message, size);
    grape_status status;
    memset(&job, 0, sizeof(job));
    shut_gate();
    if (occupy_thread(&busy, databases[kSubmitted], error) != GRAPE_OK) exit(2);
    status = grape_submit(databases[kSubmitted], GRAPE_FLATBUFFERS, copy, size, current.blobs,
                          current.blob_count, finish_job, &job, free_job, NULL, error);
    scribble(copy, size);
    free(copy);
    open_gate();
    wait_for_job(&busy);
    grape_buffer_release(&busy.reply);
    if (status != GRAPE_OK) return status;
    wait_for_job(&job);
    error->status = job.status;
    memcpy(error->message, job.message, sizeof(job.message));
    *out = job.reply;
    return job.status;
}

static grape_status send(const void* message, size_t size, grape_buffer* out, grape_error* error) {
    if (encoding_index == kSubmitted) return send_submitted(message, size, out, error);
    return grape_request(databases[encoding_index], encoding(), message, size, current.blobs,
                         current.blob_count, out, error);
}

/* Each line of `says` stands in the message. */
static int says_all(const char* message, struct field says) {
    const char* at = says.data;
    const char* end = says.data + says.size;
    while (at < end) {
        const char* stop = memchr(at, '\n', (size_t)(end - at));
        char words[256];
        if (stop == NULL) stop = end;
        snprintf(words, sizeof(words), "%.*s", (int)(stop - at), at);
        if (strstr(message, words) == NULL) {
            printf("%.*s: '%s' does not say '%s'\n", (int)current.name.size, current.name.data,
                   message, words);
            return 0;
        }
        at = stop + 1;
    }
    return 1;
}

static void check_refused(const struct field* message, const char* wanted) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_buffer out = GRAPE_BUFFER_INIT;
    char* before = describe_database(databases[encoding_index]);
    char* after;
    int same;
    const grape_status status = send(message->data, message->size, &out, &error);
    after = describe_database(databases[encoding_index]);
    same = before != NULL && after != NULL && strcmp(before, after) == 0;
    free(before);
    free(after);
    if (strcmp(grape_status_name(status), wanted) != 0) {
        printf("gave %s (%s), not %s\n", grape_status_name(status), error.message, wanted);
    }
    CHECK(strcmp(grape_status_name(status), wanted) == 0);
    CHECK(out.data == NULL && out.size == 0);
    CHECK(error.status == status);
    CHECK(says_all(error.message, current.says));
    CHECK(same);
}

static void check_done(const struct field* message) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_buffer out = GRAPE_BUFFER_INIT;
    CHECK_STATUS(GRAPE_OK, send(message->data, message->size, &out, &error));
    CHECK(out.size > 8);
    CHECK(memcmp(encoding_index == kJson ? out.data + 1 : out.data + 4,
                 encoding_index == kJson ? "\"result\"" : "GRP1", 4) == 0);
    grape_buffer_release(&out);
}

static void check_case(void) {
    const struct field* message = &current.message[encoding_index];
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "%.*s", (int)current.status[encoding_index].size,
             current.status[encoding_index].data);
    if (strcmp(wanted, "GRAPE_OK") == 0) {
        check_done(message);
    } else {
        check_refused(message, wanted);
    }
}

static int hold_the_same(int a, int b) {
    char* first = describe_database(databases[a]);
    char* second = describe_database(databases[b]);
    const int same = first != NULL && second != NULL && strcmp(first, second) == 0;
    if (!same) printf("%d:\n%s\n%d:\n%s\n", a, first, b, second);
    free(first);
    free(second);
    return same;
}

static void all_databases_hold_the_same(void) {
    CHECK(hold_the_same(kJson, kFlatbuffers));
    CHECK(hold_the_same(kJson, kSubmitted));
}

/* A message that is cut is refused, at every length, and one that begins at any address works. */
static void cut_messages_are_refused(void) {
    const struct field* message = &current.message[kFlatbuffers];
    grape_error error = GRAPE_ERROR_INIT;
    uint32_t size;
    for (size = 0; size < message->size && size < 2000; size++) {
        char* cut = copy_aligned(message->data, size);
        grape_buffer out = GRAPE_BUFFER_INIT;
        const grape_status status = send(cut, size, &out, &error);
        grape_buffer_release(&out);
        free(cut);
        /* A tail of padding may be missed without harm. */
        CHECK(status == GRAPE_E_INVALID || (status == GRAPE_OK && message->size - size < 8));
    }
}

static void shifted_messages_give_the_same(void) {
    const struct field* message = &current.message[kFlatbuffers];
    grape_error error = GRAPE_ERROR_INIT;
    size_t shift;
    for (shift = 0; shift < 8; shift++) {
        char* room = malloc(message->size + 8);
        grape_status status;
        if (room == NULL) exit(2);
        memcpy(room + shift, message->data, message->size);
        status = send(room + shift, message->size, NULL, &error);
        free(room);
        CHECK(status == GRAPE_OK);
    }
}

/* Any byte may be wrong: no crash, no answer of another kind, nothing changed by a read. */
static void changed_bytes_of_a_read_do_no_harm(void) {
    static const unsigned char kChanges[4] = {0x01, 0x80, 0xFF, 0x55};
    const struct field* message = &current.message[kFlatbuffers];
    char* before = describe_database(databases[kFlatbuffers]);
    char* after;
    uint32_t i;
    size_t c;
    for (i = 0; i < message->size && i < 1000; i++) {
        for (c = 0; c < sizeof(kChanges); c++) {
            char* changed = copy_aligned(message->data, message->size);
            grape_error error = GRAPE_ERROR_INIT;
            grape_buffer out = GRAPE_BUFFER_INIT;
            grape_status status;
            changed[i] = (char)(changed[i] ^ (char)kChanges[c]);
            status = grape_search(databases[kFlatbuffers], GRAPE_FLATBUFFERS, changed,
                                  message->size, current.blobs, current.blob_count, &out, &error);
            CHECK(status == error.status && status != GRAPE_E_INTERNAL);
            grape_buffer_release(&out);
            free(changed);
        }
    }
    after = describe_database(databases[kFlatbuffers]);
    CHECK(before != NULL && after != NULL && strcmp(before, after) == 0);
    free(before);
    free(after);
}

static int is_named(const char* part) {
    char name[128];
    snprintf(name, sizeof(name), "%.*s", (int)current.name.size, current.name.data);
    return strstr(name, part) != NULL;
}

static void run_current(void) {
    static const char* const kEncodings[kWays] = {"json", "flatbuffers", "submitted_flatbuffers"};
    char name[160];
    for (encoding_index = 0; encoding_index < kWays; encoding_index++) {
        if (current.message[encoding_index].size == kAbsent) continue;
        snprintf(name, sizeof(name), "%.*s_in_%s", (int)current.name.size, current.name.data,
                 kEncodings[encoding_index]);
        run_case(name, check_case);
    }
    run_case("all_databases_hold_the_same", all_databases_hold_the_same);
    encoding_index = kFlatbuffers;
    if (is_named("queries_")) {
        run_case("cut_messages_are_refused", cut_messages_are_refused);
        run_case("shifted_messages_give_the_same", shifted_messages_give_the_same);
        run_case("changed_bytes_of_a_read_do_no_harm", changed_bytes_of_a_read_do_no_harm);
    }
}

static char* read_file(const char* path, size_t* size) {
    FILE* file = fopen(path, "rb");
    char* data;
    long end;
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0) exit(2);
    rewind(file);
    data = malloc((size_t)end + 1);
    if (data == NULL || fread(data, 1, (size_t)end, file) != (size_t)end) exit(2);
    fclose(file);
    *size = (size_t)end;
    return data;
}

int main(int argc, char** argv) {
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    size_t size = 0;
    char* data;
    int i;
    if (argc != 2) return 2;
    data = read_file(argv[1], &size);
    options.flags = GRAPE_OPEN_IN_MEMORY | GRAPE_OPEN_NO_BACKGROUND;
    options.submit_threads_max = 1;
    for (i = 0; i < kWays; i++) {
        if (grape_open(NULL, &options, &databases[i], NULL) != GRAPE_OK) return 2;
    }
    for (reader = data; reader < data + size;) {
        read_case();
        run_current();
        free_case();
    }
    for (i = 0; i < kWays; i++) {
        if (grape_close(databases[i], NULL) != GRAPE_OK) return 2;
    }
    free(data);
    return finish_cases();
}
