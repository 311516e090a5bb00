/* first.c: stores three directions and finds the two that are nearest to a fourth.
 * Build: cc first.c $(pkg-config --cflags --libs grape) */
#include <grape/grape.h>
#include <stdio.h>

int main(void) {
    const uint64_t ids[] = {1, 2, 3};
    const float vectors[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const char* payloads[] = {"{\"name\":\"east\"}", "{\"name\":\"north\"}", "{\"name\":\"up\"}"};
    const float query[] = {0.9f, 0.4f, 0};
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = NULL;
    uint64_t hits[2];
    float scores[2];
    size_t found = 0;

    grape_status status = grape_open("first.grape", NULL, &db, &error);
    if (status == GRAPE_OK)
        status = grape_create_collection_simple(db, "directions", 3, GRAPE_COSINE, &error);
    if (status == GRAPE_OK || status == GRAPE_E_EXISTS)
        status = grape_upsert_simple(db, "directions", ids, vectors, 3, 3, payloads, &error);
    if (status == GRAPE_OK)
        status = grape_search_simple(db, "directions", query, 3, 2, hits, scores, &found, &error);
    if (status != GRAPE_OK) fprintf(stderr, "%s: %s\n", grape_status_name(status), error.message);

    for (size_t i = 0; i < found; i++) {
        grape_buffer payload = GRAPE_BUFFER_INIT;
        if (grape_get_payload_simple(db, "directions", hits[i], &payload, NULL) == GRAPE_OK)
            printf("%.4f %s\n", scores[i], payload.data);
        grape_buffer_release(&payload);
    }
    grape_close(db, NULL);
    return status == GRAPE_OK ? 0 : 1;
}
