/* grape.h: the C interface of Grape, a vector database that lives inside your program.
 *
 * This header is the manual. It goes from the simple to the general:
 *
 *    1  Ten minutes          a whole program
 *    2  Conventions          ownership, NULL, sizes, what never happens
 *    3  Threads and forks    one table
 *    4  Versions             grape_version, grape_abi_version, grape_build_info
 *    5  Status               every code, grape_status_name, grape_status_text, ..._retryable
 *    6  Errors and buffers   grape_error, grape_buffer, grape_buffer_release
 *    7  The database         grape_open, grape_close, grape_flush
 *    8  Simple calls         collections, points and search with plain C arrays
 *    9  Messages             grape_request and its thin forms: everything else
 *   10  Without waiting      grape_submit, grape_cancel: the same, and a completion is called
 *
 * 1  Ten minutes
 * --------------
 *
 *     #include <grape/grape.h>
 *     #include <stdio.h>
 *
 *     int main(void) {
 *         const uint64_t ids[2] = {1, 2};
 *         const float vectors[2][3] = {{1, 0, 0}, {0, 1, 0}};
 *         const char *payloads[2] = {"{\"name\": \"east\"}", "{\"name\": \"north\"}"};
 *         const float query[3] = {0.9f, 0.1f, 0};
 *         grape_error error = GRAPE_ERROR_INIT;
 *         grape_db *db = NULL;
 *         uint64_t found_ids[5];
 *         float scores[5];
 *         size_t found = 0;
 *
 *         if (grape_open("my.grape", NULL, &db, &error) ||
 *             grape_create_collection_simple(db, "places", 3, GRAPE_COSINE, &error) ||
 *             grape_upsert_simple(db, "places", ids, &vectors[0][0], 2, 3, payloads, &error) ||
 *             grape_search_simple(db, "places", query, 3, 5, found_ids, scores, &found, &error))
 *             printf("%s: %s\n", grape_status_name(error.status), error.message);
 *         for (size_t i = 0; i < found; i++)
 *             printf("%llu %f\n", (unsigned long long)found_ids[i], scores[i]);
 *         return grape_close(db, NULL);
 *     }
 *
 * Compile with: cc first.c $(pkg-config --cflags --libs grape)
 *
 * 2  Conventions
 * --------------
 *
 *  - Every function that can fail returns a grape_status: 0 is success, above 0 is good news, below
 *    0 is an error. It takes a `grape_error *` last, which may be NULL.
 *  - A request that is refused changes nothing: all of it happens, or none of it.
 *  - Ownership has three rules and no fourth.
 *      In:        what you pass is borrowed until the call returns. What has to be kept is copied.
 *                 (Only the data of blobs that you grape_submit() is borrowed for longer.)
 *      Out handle (`grape_db **`): yours; close it.
 *      Out bytes  (`grape_buffer *`): yours; grape_buffer_release() it, never free() it.
 *    A `const char *` that is returned belongs to the library and is valid for ever.
 *  - Out-parameters are cleared before anything can fail: a handle to NULL, a buffer to zeros, a
 *    count to 0.
 *  - NULL for something that is needed gives GRAPE_E_INVALID and names the argument.
 *  - Text is UTF-8. A `const char *` that you pass ends with a zero byte.
 *  - A struct of options begins with `struct_size`; make it with its INIT macro. Zero in a field
 *    means the default. Fields are only ever added at the end: an older, shorter struct is read as
 *    if the rest were zero; in a newer, longer one the part that this library does not know must be
 *    zero, or the call gives GRAPE_E_UNSUPPORTED.
 *  - The library never writes to stdout or stderr, never aborts in a release build, installs no
 *    signal handler, keeps nothing per thread, and lets no C++ exception out. It has no global
 *    initialisation and starts no thread before a database needs one.
 *  - Limits (over one of them: GRAPE_E_LIMIT, and the message names field and limit): names of
 *    collections 255 bytes, of vectors 200; 64 vectors in a collection; 65536 dimensions; ids of
 *    text 255 bytes; a payload 4 MiB; JSON 64 levels deep and 256 MiB in one request; a FlatBuffers
 *    request 1 GiB; 4,000,000 points and 1024 blobs in a request; offset + limit of a search
 *    1,000,000, of a batch of searches 10,000,000 together.
 *
 * 3  Threads and forks
 * --------------------
 *
 *    object                  from which threads
 *    ----------------------  ------------------------------------------------------------------
 *    grape_db                any number at once; readers never wait for a writer
 *    grape_close             any one thread; it waits for the calls on that handle that run
 *    grape_buffer            yours: one thread at a time; may outlive the database
 *    grape_error, options    yours: one thread at a time
 *    what has no db          any
 *    the log callback        called from any thread, also from several at once
 *    completions             called from threads of the database, also from several at once
 *
 * Calls block until they are done; each says so in its Thread line. Every thread that the library
 * starts blocks all signals. Those for background work run at nice 10 or more; those that run
 * submitted requests are as nice as the thread that submitted. On Linux a thread that writes
 * 256 KiB and more has longer time slices for as long (sched_setattr), so that searches go first.
 * A handle belongs to the process that opened it. In a child made by fork() every call with it,
 * grape_close() too, gives GRAPE_E_FORKED and touches nothing; the child may open databases of its
 * own. A database directory is open in one handle at a time: a second one, in any process, gets
 * GRAPE_E_BUSY.
 */
#ifndef GRAPE_GRAPE_H
#define GRAPE_GRAPE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(GRAPE_SHARED)
#ifdef GRAPE_BUILDING
#define GRAPE_API __declspec(dllexport)
#else
#define GRAPE_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define GRAPE_API __attribute__((visibility("default")))
#else
#define GRAPE_API
#endif
#ifdef __GNUC__
#define GRAPE_CHECKED __attribute__((warn_unused_result))
#else
#define GRAPE_CHECKED
#endif
#ifdef __cplusplus
#define GRAPE_NOEXCEPT noexcept
extern "C" {
#else
#define GRAPE_NOEXCEPT
#endif

/* 4  Versions
 * -----------
 * The version of this header, and beside it that of the library which is loaded. While the major
 * version is 0, files and ABI may change with the minor version; the soname is libgrape.so.0. */
#define GRAPE_VERSION_MAJOR 0
#define GRAPE_VERSION_MINOR 1
#define GRAPE_VERSION_PATCH 0
#define GRAPE_VERSION_STRING "0.1.0"

/* What a caller was compiled for, as major << 16 | minor. A library refuses options that carry a
 * newer one than its own. */
#define GRAPE_API_VERSION ((uint32_t)(GRAPE_VERSION_MAJOR << 16 | GRAPE_VERSION_MINOR))

/** The library's version, "0.1.0".
 *
 *  Thread: any. Blocks: no. Since: 0.1. */
GRAPE_API const char* grape_version(void) GRAPE_NOEXCEPT;

/** The library's GRAPE_API_VERSION. A binding compares at load time: another major version, or a
 *  lower minor one than it was made for, does not fit.
 *
 *  Thread: any. Blocks: no. Since: 0.1. */
GRAPE_API uint32_t grape_abi_version(void) GRAPE_NOEXCEPT;

/** One line about how the library was built, for bug reports: version, compiler, checks.
 *
 *  Thread: any. Blocks: no. Since: 0.1. */
GRAPE_API const char* grape_build_info(void) GRAPE_NOEXCEPT;

/* 5  Status
 * ---------
 * The values never change. It is an integer and no enum, so that a value which a caller does not
 * know yet is harmless: treat an unknown negative one as an error. */
typedef int32_t grape_status;

#define GRAPE_OK ((grape_status)0)
/** Good news: the end of the results. */
#define GRAPE_END ((grape_status)1)
/** An argument, a message or a value in it is wrong. The message names it. */
#define GRAPE_E_INVALID ((grape_status)-1)
/** The collection, point, alias, vector name or directory is not there. */
#define GRAPE_E_NOT_FOUND ((grape_status)-2)
/** What is to be made is there already. */
#define GRAPE_E_EXISTS ((grape_status)-3)
/** Legal, but not in this version; the message gives its name. */
#define GRAPE_E_UNSUPPORTED ((grape_status)-4)
/** Over a limit; the message names field and limit. */
#define GRAPE_E_LIMIT ((grape_status)-5)
/** A condition on the version of a point does not hold; or another commit changed what a
 *  transaction has seen. The message says which point, and which commit. */
#define GRAPE_E_CONFLICT ((grape_status)-6)
/** The operating system reports an error. */
#define GRAPE_E_IO ((grape_status)-7)
/** A checksum or a structure in a file is wrong; the message names the file. */
#define GRAPE_E_CORRUPT ((grape_status)-8)
/** Memory is short. Nothing has happened. */
#define GRAPE_E_NOMEM ((grape_status)-9)
/** The directory is open in another handle or process, too many submitted requests wait, or the
 *  transaction is in use by another call. */
#define GRAPE_E_BUSY ((grape_status)-10)
/** The handle was closed before. */
#define GRAPE_E_CLOSED ((grape_status)-11)
/** The handle was made by the process that this one was forked from. */
#define GRAPE_E_FORKED ((grape_status)-12)
/** Writes are refused since an earlier failure; reads go on. Close and open again. */
#define GRAPE_E_READONLY ((grape_status)-13)
/** No row number is free; background work will free some. */
#define GRAPE_E_FULL ((grape_status)-14)
/** A write failed so late that only opening the database again tells whether it is there. */
#define GRAPE_E_UNKNOWN_OUTCOME ((grape_status)-15)
/** Cancelled before it was done. */
#define GRAPE_E_CANCELLED ((grape_status)-16)
/** A fault of the library itself. Please report it. */
#define GRAPE_E_INTERNAL ((grape_status)-17)
/** The transaction is over, by its timeout or because too much has happened since it began. Nothing
 *  of it has happened; run it again from its beginning. */
#define GRAPE_E_RETRY ((grape_status)-18)

/** The name of a status: "GRAPE_E_NOT_FOUND"; for a value that is not listed above
 *  "unknown status".
 *
 *  Thread: any. Blocks: no. Since: 0.1. */
GRAPE_API const char* grape_status_name(grape_status status) GRAPE_NOEXCEPT;

/** A status in a few words: "not found"; for a value that is not listed above "unknown status".
 *
 *  Thread: any. Blocks: no. Since: 0.1. */
GRAPE_API const char* grape_status_text(grape_status status) GRAPE_NOEXCEPT;

/** 1 when the same call may succeed if it is repeated unchanged later, else 0.
 *
 *  Thread: any. Blocks: no. Since: 0.1. */
GRAPE_API int32_t grape_status_retryable(grape_status status) GRAPE_NOEXCEPT;

/* 6  Errors and buffers
 * --------------------- */

/** Where a call describes its failure: 256 bytes of yours, usually on the stack. Every call that
 *  takes one writes it: after success `status` is 0 and `message` is empty. Nothing is allocated,
 *  so it works when memory is short.
 *
 *  `struct_size` 0 means sizeof(grape_error); of a shorter struct only what fits is written. */
typedef struct grape_error {
    uint32_t struct_size; /* sizeof(grape_error) */
    grape_status status;  /* what the call returned */
    int32_t detail;       /* a finer cause, or 0: status | n << 8 */
    char message[244]; /* what, which, and what to do; UTF-8, ends with a zero byte, cut to fit */
} grape_error;

#define GRAPE_ERROR_INIT                       \
    {                                          \
        (uint32_t)sizeof(grape_error), 0, 0, { \
            0                                  \
        }                                      \
    }

/** Bytes that a call gives to you: a reply as JSON text or as a FlatBuffers message. `data` is
 *  aligned to 8 bytes and followed by a zero byte that `size` does not count, so that JSON is a C
 *  string. The bytes stay valid until you release them, also when the database is closed.
 *  `owner` is the library's: leave it alone. A buffer that you pass as `out` is overwritten, so
 *  release what is in it first. */
typedef struct grape_buffer {
    const char* data;
    size_t size;
    void* owner;
} grape_buffer;

#define GRAPE_BUFFER_INIT \
    { NULL, 0, NULL }

/** Gives the bytes back and sets the struct to zeros. NULL, and a struct of zeros, are fine, so a
 *  second call is harmless.
 *
 *  Thread: any, one at a time for a buffer. Blocks: no. Since: 0.1. */
GRAPE_API void grape_buffer_release(grape_buffer* buffer) GRAPE_NOEXCEPT;

/* 7  The database
 * --------------- */

/** An open database. Only a name: it is never a pointer to memory that you may read, and a handle
 *  that was closed is recognised for ever (GRAPE_E_CLOSED), whatever was opened since. */
typedef struct grape_db grape_db;

/** What must have reached the disk before a write is acknowledged. At every level a commit is
 *  there as a whole or not at all, and what survives is always a prefix of the commits. */
#define GRAPE_DURABILITY_FULL 0  /* it survives power loss; the default */
#define GRAPE_DURABILITY_GROUP 1 /* it will, at most group_delay_ms later */
#define GRAPE_DURABILITY_NONE 2  /* when the system writes it; survives a crash of the process */

/** Flags of grape_open_options. */
#define GRAPE_OPEN_MUST_EXIST ((uint64_t)1)    /* do not create: GRAPE_E_NOT_FOUND instead */
#define GRAPE_OPEN_IN_MEMORY ((uint64_t)2)     /* no files, gone at close; path is NULL or "" */
#define GRAPE_OPEN_NO_BACKGROUND ((uint64_t)4) /* flush and merge only when asked to */
/* make no index of a payload field that nobody asked for, whatever filters read */
#define GRAPE_OPEN_NO_AUTOMATIC_INDEXES ((uint64_t)8)

/** How bad a log message is; a lower number is worse. */
#define GRAPE_LOG_ERROR 1
#define GRAPE_LOG_WARNING 2
#define GRAPE_LOG_INFO 3
#define GRAPE_LOG_DEBUG 4

/** Gets the library's few messages. `message` is valid during the call. It must not call the
 *  library with the handle that it is for, and must not throw.
 *
 *  Thread: called from any, also from several at once. */
typedef void (*grape_log_fn)(void* ctx, int32_t level, const char* message);

/** Options of grape_open(); make it with GRAPE_OPEN_OPTIONS_INIT and set what you need.
 *
 *  `log_ctx_free`, when given, is called exactly once with `log_ctx`: by grape_close(), after the
 *  last message; or by grape_open(), when that fails for whatever reason (as long as struct_size
 *  covers the field).
 *
 *  `memory_bytes_max` bounds what the database itself allocates: vectors that are not in files yet,
 *  the store's caches, decoded requests and replies, pinned vectors, graphs that are being built.
 *  Commits wait while a flush makes room. GRAPE_E_NOMEM, which changes nothing, for a request that
 *  can never fit, one that does not fit beside those that run (try again), and a commit that finds
 *  no room while background work is paused. Mapped files are the system's memory and do not count.
 */
typedef struct grape_open_options {
    uint32_t struct_size;    /* sizeof(grape_open_options) */
    uint32_t api_version;    /* GRAPE_API_VERSION; 0: not said */
    uint64_t flags;          /* GRAPE_OPEN_..., joined by | */
    int32_t durability;      /* GRAPE_DURABILITY_...: of writes that do not say their own */
    uint32_t group_delay_ms; /* with GROUP; 1 to 10000, 0: 10 */
    grape_log_fn log;        /* NULL: nothing is logged */
    void* log_ctx;
    void (*log_ctx_free)(void* ctx);
    uint32_t submit_threads_max; /* that run what is submitted; up to 1024, 0: one for each core */
    uint32_t submit_waiting_max; /* requests that wait for one; up to 1,000,000, 0: 4096 */
    uint64_t memory_bytes_max;   /* of the database's own memory; from 16 MiB, 0: no limit */
} grape_open_options;

#define GRAPE_OPEN_OPTIONS_INIT \
    { (uint32_t)sizeof(grape_open_options), GRAPE_API_VERSION, 0, 0, 0, NULL, NULL, NULL, 0, 0, 0 }

/** Opens the database in a directory; makes the directory, but not its parents, when it is missing.
 *
 *  @param path     the directory
 *  @param options  NULL: the defaults
 *  @param out      gets the handle; NULL on failure
 *  @param error    where to describe a failure, or NULL
 *  @return GRAPE_OK; GRAPE_E_INVALID; GRAPE_E_UNSUPPORTED (an option of a newer version);
 *          GRAPE_E_NOT_FOUND (with MUST_EXIST); GRAPE_E_BUSY (open elsewhere); GRAPE_E_CORRUPT;
 *          GRAPE_E_IO; GRAPE_E_LIMIT (4096 handles are open); GRAPE_E_NOMEM
 *
 *  Thread: any. Blocks: yes, also for recovery after a crash. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_open(const char* path, const grape_open_options* options,
                                                grape_db** out, grape_error* error) GRAPE_NOEXCEPT;

/** Closes a database: completes the submitted requests that wait with GRAPE_E_CANCELLED, waits for
 *  the calls and completions on it that are running, writes down what makes the next opening fast,
 *  stops its threads and gives the directory free. The handle is gone whatever the
 *  result. A program that ends without closing loses nothing that was acknowledged as durable.
 *
 *  @param db     NULL is fine and gives GRAPE_OK
 *  @return GRAPE_OK; GRAPE_E_CLOSED (closed before); GRAPE_E_INVALID (never was a handle, or the
 *          call is made in one of its completions); GRAPE_E_FORKED; GRAPE_E_IO (all that was
 *          acknowledged is as safe as it was)
 *
 *  Thread: any one. Blocks: yes. Not from the log callback, not from a completion. Since: 0.1. */
GRAPE_API grape_status grape_close(grape_db* db, grape_error* error) GRAPE_NOEXCEPT;

/** Moves vectors that were committed lately into their files, and makes everything that was
 *  acknowledged so far durable, at whatever level it was written.
 *
 *  @return GRAPE_OK; GRAPE_E_IO; GRAPE_E_READONLY; GRAPE_E_CLOSED; GRAPE_E_FORKED; GRAPE_E_NOMEM
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_flush(grape_db* db, grape_error* error) GRAPE_NOEXCEPT;

/* 8  Simple calls
 * ---------------
 * For collections with one unnamed vector of 32-bit floats and ids that are numbers. Whatever they
 * make can be used through messages too. All of them may return, beside what is listed,
 * GRAPE_E_INVALID, GRAPE_E_CLOSED, GRAPE_E_FORKED, GRAPE_E_CORRUPT, GRAPE_E_IO and GRAPE_E_NOMEM;
 * those that write also GRAPE_E_READONLY and GRAPE_E_UNKNOWN_OUTCOME. */

/** What "near" means. Of the first two a higher score is nearer, of the others a lower one. */
#define GRAPE_COSINE 1    /* cosine of the angle; vectors are normalised when they are stored */
#define GRAPE_DOT 2       /* dot product */
#define GRAPE_EUCLID 3    /* distance, with the square root */
#define GRAPE_MANHATTAN 4 /* sum of the absolute differences */

/** Makes a collection.
 *
 *  @param name      1 to 255 bytes of UTF-8 without control characters and < > : " / \ | ? *
 *  @param dim       1 to 65536: the length of its vectors
 *  @param distance  GRAPE_COSINE, ..._DOT, ..._EUCLID, ..._MANHATTAN
 *  @return GRAPE_OK; GRAPE_E_EXISTS; GRAPE_E_LIMIT
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status
grape_create_collection_simple(grape_db* db, const char* name, uint32_t dim, int32_t distance,
                               grape_error* error) GRAPE_NOEXCEPT;

/** Removes a collection and all that is in it. Its space comes back in the background.
 *
 *  @return GRAPE_OK; GRAPE_E_NOT_FOUND
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status
grape_drop_collection_simple(grape_db* db, const char* name, grape_error* error) GRAPE_NOEXCEPT;

/** Inserts points, or replaces those whose ids are there; all of them or none. They are found by
 *  the next search.
 *
 *  @param ids            `count` numbers
 *  @param vectors        `count` rows of `dim` floats, one after the other, all finite; with cosine
 *                        no row may be all zeros
 *  @param dim            as the collection's
 *  @param payloads_json  NULL, or `count` texts; each a JSON object, or NULL for none
 *  @return GRAPE_OK; GRAPE_E_NOT_FOUND (no such collection); GRAPE_E_LIMIT; GRAPE_E_FULL
 *
 *  Thread: any. Blocks: yes, until the points are as durable as the database was opened for.
 *  Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_upsert_simple(grape_db* db, const char* collection,
                                                         const uint64_t* ids, const float* vectors,
                                                         size_t count, uint32_t dim,
                                                         const char* const* payloads_json,
                                                         grape_error* error) GRAPE_NOEXCEPT;

/** The k points that are nearest to a vector, the nearest first. A large collection has a graph,
 *  which may miss some; a request with `exact` (grape_search()) looks at every vector.
 *
 *  @param vector  `dim` floats
 *  @param k       how many are wanted; 1 to 1,000,000
 *  @param ids     gets up to k ids
 *  @param scores  gets as many scores, or NULL
 *  @param found   gets how many there are: k, or all points when there are fewer
 *  @return GRAPE_OK; GRAPE_E_NOT_FOUND (no such collection); GRAPE_E_LIMIT; GRAPE_E_UNSUPPORTED
 *          (a hit has an id that is no number: use grape_search())
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_search_simple(grape_db* db, const char* collection,
                                                         const float* vector, uint32_t dim,
                                                         size_t k, uint64_t* ids, float* scores,
                                                         size_t* found,
                                                         grape_error* error) GRAPE_NOEXCEPT;

/** The payload of one point as JSON text; "{}" when it has none.
 *
 *  @param out  gets the text; release it
 *  @return GRAPE_OK; GRAPE_E_NOT_FOUND (no such collection or point)
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_get_payload_simple(grape_db* db, const char* collection,
                                                              uint64_t id, grape_buffer* out,
                                                              grape_error* error) GRAPE_NOEXCEPT;

/** Removes points. Ids that are not there are passed over.
 *
 *  @return GRAPE_OK; GRAPE_E_NOT_FOUND (no such collection); GRAPE_E_LIMIT
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_delete_simple(grape_db* db, const char* collection,
                                                         const uint64_t* ids, size_t count,
                                                         grape_error* error) GRAPE_NOEXCEPT;

/** How many points a collection has.
 *
 *  @param count  gets the number
 *  @return GRAPE_OK; GRAPE_E_NOT_FOUND (no such collection)
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_count_simple(grape_db* db, const char* collection,
                                                        uint64_t* count,
                                                        grape_error* error) GRAPE_NOEXCEPT;

/* 9  Messages
 * -----------
 * Everything that Grape can do is a request: named vectors, UUID and text ids, payload operations,
 * aliases, batches, scrolling, information, verification. A request is a message in one of two
 * encodings, and its reply comes in the same one:
 *
 *   GRAPE_JSON         one object whose member is the operation, spelled as the body of the same
 *                      request in Qdrant's REST interface plus "collection_name":
 *
 *                        {"upsert_points": {"collection_name": "places", "points": [
 *                            {"id": 3, "vector": [0, 0, 1], "payload": {"name": "up"}}]}}
 *                        {"query_points": {"collection_name": "places", "query": [1, 0, 0],
 *                            "limit": 3, "with_payload": true}}
 *
 *                      The reply is {"result": ..., "status": "ok", "time": 0.0001}.
 *                      docs/requests.md lists every operation.
 *   GRAPE_FLATBUFFERS  a FlatBuffers message: root table Request of schema/request.fbs, identifier
 *                      "GRQ1"; the reply is a Reply of schema/reply.fbs, identifier "GRP1". It need
 *                      not be aligned: one that is not is copied first.
 *
 * In both, a write may say its durability and carry an idempotency key: a key that was used in the
 * last 24 hours and 100,000 commits gives the first write's answer and does nothing again. */
#define GRAPE_JSON ((uint32_t)1)
#define GRAPE_FLATBUFFERS ((uint32_t)2)

/** Elements of a blob. */
#define GRAPE_F32 ((uint32_t)1) /* float */
#define GRAPE_F16 ((uint32_t)2) /* IEEE half, as its 16 bits */
#define GRAPE_U8 ((uint32_t)3)  /* unsigned byte */
#define GRAPE_U64 ((uint32_t)4) /* 64-bit number: ids */

/** An array that lies beside a message, so that vectors and ids cross without being copied or
 *  printed: `rows` rows of `dim` elements, the first bytes of two rows `stride_bytes` apart. In
 *  JSON {"blob": 0, "row": 3} stands for one row of the first blob, and {"blob": 0} for a column of
 *  all rows. `data` and `stride_bytes` must be multiples of the size of an element. */
typedef struct grape_blob {
    const void* data; /* NULL only when there are no rows */
    uint64_t rows;
    uint64_t stride_bytes; /* 0: the rows touch */
    uint32_t type;         /* GRAPE_F32, ... */
    uint32_t dim;          /* 1 for a list of ids */
} grape_blob;

/** Runs one request.
 *
 *  @param db             open database
 *  @param encoding       GRAPE_JSON or GRAPE_FLATBUFFERS
 *  @param request        the message; borrowed until return
 *  @param request_bytes  its size, without a closing zero byte
 *  @param blobs          the arrays that the message refers to; NULL when there are none
 *  @param blob_count     how many
 *  @param out            gets the reply; release it. NULL: the reply is not wanted
 *  @param error          where to describe a failure, or NULL
 *  @return GRAPE_OK, or any error of section 5; a failed request has no reply and changed nothing
 *          (but GRAPE_E_UNKNOWN_OUTCOME)
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_request(grape_db* db, uint32_t encoding,
                                                   const void* request, size_t request_bytes,
                                                   const grape_blob* blobs, size_t blob_count,
                                                   grape_buffer* out,
                                                   grape_error* error) GRAPE_NOEXCEPT;

/* The thin forms: the same as grape_request(), same message and same reply, but each takes only its
 * own kind of request and refuses every other with GRAPE_E_INVALID, so that a program says in its
 * source what it does. */

/** upsert_points: inserts points or replaces them.
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_upsert(grape_db* db, uint32_t encoding,
                                                  const void* request, size_t request_bytes,
                                                  const grape_blob* blobs, size_t blob_count,
                                                  grape_buffer* out,
                                                  grape_error* error) GRAPE_NOEXCEPT;

/** query_points and query_batch_points: nearest points.
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_search(grape_db* db, uint32_t encoding,
                                                  const void* request, size_t request_bytes,
                                                  const grape_blob* blobs, size_t blob_count,
                                                  grape_buffer* out,
                                                  grape_error* error) GRAPE_NOEXCEPT;

/** get_points: points by their ids.
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_get(grape_db* db, uint32_t encoding, const void* request,
                                               size_t request_bytes, const grape_blob* blobs,
                                               size_t blob_count, grape_buffer* out,
                                               grape_error* error) GRAPE_NOEXCEPT;

/** delete_points: removes points by their ids.
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_delete(grape_db* db, uint32_t encoding,
                                                  const void* request, size_t request_bytes,
                                                  const grape_blob* blobs, size_t blob_count,
                                                  grape_buffer* out,
                                                  grape_error* error) GRAPE_NOEXCEPT;

/** count_points: how many points there are.
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_count(grape_db* db, uint32_t encoding,
                                                 const void* request, size_t request_bytes,
                                                 const grape_blob* blobs, size_t blob_count,
                                                 grape_buffer* out,
                                                 grape_error* error) GRAPE_NOEXCEPT;

/** scroll_points: all points in the order of their ids, page by page.
 *
 *  Thread: any. Blocks: yes. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_scroll(grape_db* db, uint32_t encoding,
                                                  const void* request, size_t request_bytes,
                                                  const grape_blob* blobs, size_t blob_count,
                                                  grape_buffer* out,
                                                  grape_error* error) GRAPE_NOEXCEPT;

/* 10  Without waiting
 * -------------------
 * grape_submit() takes what grape_request() takes and returns at once; the request runs on one of a
 * few threads of the database, and then a completion of yours is called:
 *
 *     static void done(void* ctx, grape_status status, grape_buffer* reply,
 *                      const grape_error* error) {
 *         struct job* job = ctx;
 *         if (status < 0) fail(job, error->message);
 *         else use(job, reply->data, reply->size);
 *     }
 *
 *     status = grape_submit(db, GRAPE_JSON, text, strlen(text), NULL, 0,
 *                           done, job, free, NULL, &error);
 *
 *  - When grape_submit() gives GRAPE_OK, exactly one completion follows, perhaps before it has
 *    returned. When it gives an error, none does.
 *  - Requests start in the order in which they were submitted, but several run at once, and they
 *    complete in any order. One that needs another's effect is submitted in the other's completion.
 *  - No thread is started before one is needed; there are never more than
 *    grape_open_options.submit_threads_max, however many requests were submitted. They stay until
 *    grape_close().
 *  - When submit_waiting_max requests wait for a thread, the next is refused with GRAPE_E_BUSY.
 *  - grape_close() completes those that wait with GRAPE_E_CANCELLED and waits for those that run.
 *    No completion is called, and no ctx given back, after it has returned.
 *
 * In a completion every call is allowed, with this handle too, grape_submit() first of all; only
 * grape_close() of the same handle is not (GRAPE_E_INVALID). A call that blocks keeps the thread
 * from the requests that wait, and while the database is being closed it gives GRAPE_E_CLOSED. A
 * completion must return: no exception, no longjmp(), no end of the thread. Its stack has 1 MiB. A
 * process that is forked in a completion must end, or replace itself, without returning from it. */

/** A completion.
 *
 *  @param ctx     what was submitted with it
 *  @param status  as grape_request() returns it; GRAPE_E_CANCELLED: it never ran
 *  @param reply   the reply; zeros on failure. It is released when the completion returns. To keep
 *                 it, copy the struct and set `*reply` to zeros: then it is yours to release
 *  @param error   describes a failure; never NULL; valid during the call
 *
 *  Thread: one of the database's; several at once. */
typedef void (*grape_completion_fn)(void* ctx, grape_status status, grape_buffer* reply,
                                    const grape_error* error);

/** Submits one request.
 *
 *  The message is read before the call returns, so that what is wrong in it is answered at once,
 *  and it is yours again then. So is the array `blobs`; but the data that the blobs point to must
 *  stay as it is until the completion is called.
 *
 *  @param db             open database
 *  @param encoding       GRAPE_JSON or GRAPE_FLATBUFFERS; of the reply too
 *  @param request        the message; borrowed until return
 *  @param request_bytes  its size, without a closing zero byte
 *  @param blobs          the arrays that the message refers to; NULL when there are none
 *  @param blob_count     how many
 *  @param done           the completion; not NULL
 *  @param ctx            passed to it
 *  @param ctx_free       NULL, or called exactly once with `ctx`: after the completion, on the same
 *                        thread; or by this call, when it fails for whatever reason
 *  @param ticket         gets a number for grape_cancel(), above 0 and never given twice by this
 *                        handle, before the completion can be called; or NULL
 *  @param error          where to describe a failure, or NULL. It is written last: neither it nor
 *                        `ticket` may lie in what `ctx_free` frees
 *  @return GRAPE_OK; GRAPE_E_BUSY (too many wait: try again when some are complete);
 *          GRAPE_E_INVALID, GRAPE_E_UNSUPPORTED, GRAPE_E_LIMIT (of the message); GRAPE_E_CLOSED;
 *          GRAPE_E_FORKED; GRAPE_E_NOMEM (also: no thread can be started)
 *
 *  Thread: any, also in a completion. Blocks: no. Since: 0.1. */
GRAPE_API GRAPE_CHECKED grape_status grape_submit(grape_db* db, uint32_t encoding,
                                                  const void* request, size_t request_bytes,
                                                  const grape_blob* blobs, size_t blob_count,
                                                  grape_completion_fn done, void* ctx,
                                                  void (*ctx_free)(void* ctx), uint64_t* ticket,
                                                  grape_error* error) GRAPE_NOEXCEPT;

/** Cancels a submitted request that still waits: it will not run, and completes with
 *  GRAPE_E_CANCELLED as soon as a thread is free. One that runs already is not disturbed; its
 *  completion tells what became of it.
 *
 *  @param ticket  from grape_submit()
 *  @return GRAPE_OK; GRAPE_E_NOT_FOUND (it does not wait: it runs, is complete, was cancelled, or
 *          never was); GRAPE_E_CLOSED; GRAPE_E_INVALID; GRAPE_E_FORKED
 *
 *  Thread: any, also in a completion. Blocks: no. Since: 0.1. */
GRAPE_API grape_status grape_cancel(grape_db* db, uint64_t ticket,
                                    grape_error* error) GRAPE_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif /* GRAPE_GRAPE_H */
