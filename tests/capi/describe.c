/* The part of the support that calls the library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

int check_status(grape_status got, grape_status wanted, const grape_error* error, const char* what,
                 const char* file, int line) {
    if (got == wanted) return 1;
    printf("%s gave %s (%s), not %s\n", what, grape_status_name(got), error->message,
           grape_status_name(wanted));
    return check_holds(0, "the status", file, line);
}

grape_status ask(grape_db* db, const char* json, grape_buffer* out, grape_error* error) {
    return grape_request(db, GRAPE_JSON, json, strlen(json), NULL, 0, out, error);
}

char* timeless(const grape_buffer* reply) {
    const char* end = reply->data + reply->size;
    const char* at = reply->data;
    const char* next;
    char* text;
    size_t size;
    while ((next = strstr(at, "\"time\":")) != NULL) {
        end = next;
        at = next + 1;
    }
    size = (size_t)(end - reply->data);
    text = malloc(size + 1);
    if (text == NULL) exit(2);
    memcpy(text, reply->data, size);
    text[size] = '\0';
    return text;
}

/* A growing text. */
struct text {
    char* data;
    size_t size;
};

static void append(struct text* text, const char* more) {
    const size_t size = strlen(more);
    char* data = realloc(text->data, text->size + size + 2);
    if (data == NULL) exit(2);
    memcpy(data + text->size, more, size);
    data[text->size + size] = '\n';
    data[text->size + size + 1] = '\0';
    text->data = data;
    text->size += size + 1;
}

static int append_reply(grape_db* db, const char* json, struct text* text) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_buffer reply = GRAPE_BUFFER_INIT;
    char* part;
    if (ask(db, json, &reply, &error) != GRAPE_OK) {
        printf("%s: %s: %s\n", json, grape_status_name(error.status), error.message);
        return 0;
    }
    part = timeless(&reply);
    append(text, part);
    free(part);
    grape_buffer_release(&reply);
    return 1;
}

/* Every point of every collection that the reply of get_collections names. */
static int append_collections(grape_db* db, const char* catalogue, struct text* text) {
    static const char kName[] = "\"name\":\"";
    const char* at = catalogue;
    while ((at = strstr(at, kName)) != NULL) {
        char json[512];
        const char* end;
        at += sizeof(kName) - 1;
        end = strchr(at, '"');
        if (end == NULL) return 0;
        snprintf(json, sizeof(json),
                 "{\"scroll_points\": {\"collection_name\": \"%.*s\", \"limit\": 100000, "
                 "\"with_payload\": true, \"with_vector\": true}}",
                 (int)(end - at), at);
        if (!append_reply(db, json, text)) return 0;
        snprintf(json, sizeof(json), "{\"count_points\": {\"collection_name\": \"%.*s\"}}",
                 (int)(end - at), at);
        if (!append_reply(db, json, text)) return 0;
        at = end;
    }
    return 1;
}

static int append_last_commit(grape_db* db, struct text* text) {
    grape_buffer reply = GRAPE_BUFFER_INIT;
    const char* at;
    char line[64];
    if (ask(db, "{\"database_info\": {}}", &reply, NULL) != GRAPE_OK) return 0;
    at = strstr(reply.data, "\"last_commit\":");
    snprintf(line, sizeof(line), "%.*s", at == NULL ? 0 : (int)strcspn(at, ",}"),
             at == NULL ? "" : at);
    append(text, line);
    grape_buffer_release(&reply);
    return at != NULL;
}

char* describe_database(grape_db* db) {
    struct text text = {NULL, 0};
    size_t catalogue_bytes;
    char* catalogue;
    int done = append_reply(db, "{\"get_collections\": {}}", &text);
    if (!done) return NULL;
    catalogue_bytes = text.size;
    catalogue = malloc(catalogue_bytes + 1);
    if (catalogue == NULL) exit(2);
    memcpy(catalogue, text.data, catalogue_bytes + 1);
    done = append_reply(db, "{\"get_collections_aliases\": {}}", &text) &&
           append_collections(db, catalogue, &text) && append_last_commit(db, &text);
    free(catalogue);
    if (done) return text.data;
    free(text.data);
    return NULL;
}
