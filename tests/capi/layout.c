/* What must never change: sizes, offsets and values of grape.h. Compiling is the test. */
#include <grape/grape.h>

#define HOLDS_NAMED(line) holds_in_line_##line
#define HOLDS_AT(line, condition) typedef char HOLDS_NAMED(line)[(condition) ? 1 : -1]
#define HOLDS(condition) HOLDS_LINE(__LINE__, condition)
#define HOLDS_LINE(line, condition) HOLDS_AT(line, condition)

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-local-typedefs"
#endif

HOLDS(sizeof(grape_status) == 4 && (grape_status)-1 < 0);
HOLDS(sizeof(grape_error) == 256);
HOLDS(offsetof(grape_error, struct_size) == 0);
HOLDS(offsetof(grape_error, status) == 4);
HOLDS(offsetof(grape_error, detail) == 8);
HOLDS(offsetof(grape_error, message) == 12);

HOLDS(sizeof(grape_buffer) == 3 * sizeof(void*));
HOLDS(offsetof(grape_buffer, data) == 0);
HOLDS(offsetof(grape_buffer, size) == sizeof(void*));
HOLDS(offsetof(grape_buffer, owner) == 2 * sizeof(void*));

HOLDS(offsetof(grape_open_options, struct_size) == 0);
HOLDS(offsetof(grape_open_options, api_version) == 4);
HOLDS(offsetof(grape_open_options, flags) == 8);
HOLDS(offsetof(grape_open_options, durability) == 16);
HOLDS(offsetof(grape_open_options, group_delay_ms) == 20);
HOLDS(offsetof(grape_open_options, log) == 24);
HOLDS(offsetof(grape_open_options, log_ctx) == 24 + sizeof(void*));
HOLDS(offsetof(grape_open_options, log_ctx_free) == 24 + 2 * sizeof(void*));
HOLDS(offsetof(grape_open_options, submit_threads_max) == 24 + 3 * sizeof(void*));
HOLDS(offsetof(grape_open_options, submit_waiting_max) == 28 + 3 * sizeof(void*));
HOLDS(sizeof(void*) != 8 || offsetof(grape_open_options, memory_bytes_max) == 56);
HOLDS(sizeof(void*) != 8 || sizeof(grape_open_options) == 64);

HOLDS(offsetof(grape_blob, data) == 0);
HOLDS(offsetof(grape_blob, rows) == 8);
HOLDS(offsetof(grape_blob, stride_bytes) == 16);
HOLDS(offsetof(grape_blob, type) == 24);
HOLDS(offsetof(grape_blob, dim) == 28);
HOLDS(sizeof(grape_blob) == 32);

HOLDS(GRAPE_OK == 0 && GRAPE_END == 1);
HOLDS(GRAPE_E_INVALID == -1);
HOLDS(GRAPE_E_NOT_FOUND == -2);
HOLDS(GRAPE_E_EXISTS == -3);
HOLDS(GRAPE_E_UNSUPPORTED == -4);
HOLDS(GRAPE_E_LIMIT == -5);
HOLDS(GRAPE_E_CONFLICT == -6);
HOLDS(GRAPE_E_IO == -7);
HOLDS(GRAPE_E_CORRUPT == -8);
HOLDS(GRAPE_E_NOMEM == -9);
HOLDS(GRAPE_E_BUSY == -10);
HOLDS(GRAPE_E_CLOSED == -11);
HOLDS(GRAPE_E_FORKED == -12);
HOLDS(GRAPE_E_READONLY == -13);
HOLDS(GRAPE_E_FULL == -14);
HOLDS(GRAPE_E_UNKNOWN_OUTCOME == -15);
HOLDS(GRAPE_E_CANCELLED == -16);
HOLDS(GRAPE_E_INTERNAL == -17);
HOLDS(GRAPE_E_RETRY == -18);

HOLDS(GRAPE_DURABILITY_FULL == 0 && GRAPE_DURABILITY_GROUP == 1 && GRAPE_DURABILITY_NONE == 2);
HOLDS(GRAPE_OPEN_MUST_EXIST == 1 && GRAPE_OPEN_IN_MEMORY == 2 && GRAPE_OPEN_NO_BACKGROUND == 4);
HOLDS(GRAPE_LOG_ERROR == 1 && GRAPE_LOG_WARNING == 2 && GRAPE_LOG_INFO == 3);
HOLDS(GRAPE_LOG_DEBUG == 4);
HOLDS(GRAPE_COSINE == 1 && GRAPE_DOT == 2 && GRAPE_EUCLID == 3 && GRAPE_MANHATTAN == 4);
HOLDS(GRAPE_JSON == 1 && GRAPE_FLATBUFFERS == 2);
HOLDS(GRAPE_F32 == 1 && GRAPE_F16 == 2 && GRAPE_U8 == 3 && GRAPE_U64 == 4);
HOLDS(GRAPE_API_VERSION == 1);
