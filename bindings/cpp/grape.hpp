// grape.hpp: Grape for C++17 and later, one header over grape.h.
//
//     #include <grape/grape.hpp>
//
//     auto db = grape::Database::open("my.grape");
//     if (!db) return complain(db.error());
//     db->create_collection("places", 3, grape::Distance::cosine);
//     db->upsert("places", {1, 2}, {1, 0, 0, 0, 1, 0}, 3);
//     for (const grape::Hit& hit : db->search("places", {0.9f, 0.1f, 0}, 5).value_or({}))
//         std::cout << hit.id << " " << hit.score << "\n";
//
// No function throws on a failure of the database: each returns a Result, which holds a value or an
// Error and must be looked at (value() of a Result without one is a fault of the caller). A
// Database is moved and never copied; it closes itself. Threads: as in grape.h: calls on one
// Database from any number of threads; open, close and move from one.
#ifndef GRAPE_GRAPE_HPP
#define GRAPE_GRAPE_HPP

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if __has_include(<grape/grape.h>)
#include <grape/grape.h>
#else
#include "grape.h"
#endif

namespace grape {

// Why a call failed.
struct Error {
    grape_status status = GRAPE_OK;
    std::string message;

    const char* name() const { return grape_status_name(status); }
    bool retryable() const { return grape_status_retryable(status) != 0; }
};

struct Done {};

// A value or an Error.
template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : value_(std::move(value)) {}
    Result(Error error) : error_(std::move(error)) {}

    bool ok() const { return value_.has_value(); }
    explicit operator bool() const { return ok(); }
    const Error& error() const { return error_; }
    T& value() & {
        assert(ok());
        return *value_;
    }
    const T& value() const& {
        assert(ok());
        return *value_;
    }
    T&& value() && {
        assert(ok());
        return std::move(*value_);
    }
    T value_or(T other) && { return ok() ? std::move(*value_) : std::move(other); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }

  private:
    std::optional<T> value_;
    Error error_;
};

using Status = Result<Done>;

// A borrowed array; made from a vector, an initializer list, std::array or std::span.
template <typename T>
class Slice {
  public:
    Slice() = default;
    Slice(const T* data, std::size_t size) : data_(data), size_(size) {}
    // The list lives until the end of the call that it is written in.
    Slice(const std::initializer_list<T>& list) : size_(list.size()) { data_ = std::data(list); }
    template <typename Array, typename = decltype(std::declval<const Array&>().data())>
    Slice(const Array& array) : data_(array.data()), size_(array.size()) {}

    const T* data() const { return data_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

  private:
    const T* data_ = nullptr;
    std::size_t size_ = 0;
};

enum class Distance : std::int32_t {
    cosine = GRAPE_COSINE,
    dot = GRAPE_DOT,
    euclid = GRAPE_EUCLID,
    manhattan = GRAPE_MANHATTAN,
};

enum class Durability : std::int32_t {
    full = GRAPE_DURABILITY_FULL,
    group = GRAPE_DURABILITY_GROUP,
    none = GRAPE_DURABILITY_NONE,
};

struct Hit {
    std::uint64_t id = 0;
    float score = 0;
};

// Bytes of the library's: a reply.
class Buffer {
  public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept : raw_(std::exchange(other.raw_, grape_buffer{})) {}
    Buffer& operator=(Buffer&& other) noexcept {
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Buffer() { grape_buffer_release(&raw_); }

    std::string_view view() const { return {raw_.data == nullptr ? "" : raw_.data, raw_.size}; }
    grape_buffer* out() { return &raw_; }

  private:
    grape_buffer raw_ = {};
};

// Rows beside a message; see grape_blob.
inline grape_blob blob(Slice<float> values, std::uint32_t dim) {
    return {values.data(), dim == 0 ? 0 : values.size() / dim, 0, GRAPE_F32, dim};
}
inline grape_blob blob(Slice<std::uint64_t> ids) {
    return {ids.data(), ids.size(), 0, GRAPE_U64, 1};
}

struct OpenOptions {
    bool create_if_missing = true;
    bool in_memory = false;  // the path is then ""
    bool background = true;
    bool automatic_indexes = true;  // of payload fields that filters often read
    Durability durability = Durability::full;
    std::uint32_t group_delay_ms = 0;
    std::uint32_t submit_threads_max = 0;  // 0: one for each core
    std::uint32_t submit_waiting_max = 0;  // 0: 4096
    std::uint64_t memory_bytes_max = 0;    // of the database's own memory; 0: no limit
    // Called from any thread, from several at once; must not throw and not use the database.
    std::function<void(std::int32_t level, const char* message)> log;
};

class Database {
  public:
    static Result<Database> open(const std::string& path, const OpenOptions& options = {}) {
        grape_open_options raw = GRAPE_OPEN_OPTIONS_INIT;
        if (!options.create_if_missing) raw.flags |= GRAPE_OPEN_MUST_EXIST;
        if (options.in_memory) raw.flags |= GRAPE_OPEN_IN_MEMORY;
        if (!options.background) raw.flags |= GRAPE_OPEN_NO_BACKGROUND;
        if (!options.automatic_indexes) raw.flags |= GRAPE_OPEN_NO_AUTOMATIC_INDEXES;
        raw.durability = static_cast<std::int32_t>(options.durability);
        raw.group_delay_ms = options.group_delay_ms;
        raw.submit_threads_max = options.submit_threads_max;
        raw.submit_waiting_max = options.submit_waiting_max;
        raw.memory_bytes_max = options.memory_bytes_max;
        if (options.log) set_log(options.log, raw);
        Failure failure;
        grape_db* db = nullptr;
        if (grape_open(path.c_str(), &raw, &db, failure.out()) < 0) return failure.error();
        return Database(db);
    }

    Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
    Database& operator=(Database&& other) noexcept {
        std::swap(db_, other.db_);
        return *this;
    }
    ~Database() { grape_close(db_, nullptr); }

    // Says whether closing went well, which the destructor cannot.
    Status close() {
        Failure failure;
        return failure.status(grape_close(std::exchange(db_, nullptr), failure.out()));
    }
    Status flush() {
        Failure failure;
        return failure.status(grape_flush(db_, failure.out()));
    }
    grape_db* handle() const { return db_; }

    // --- simple calls: one unnamed vector of floats, ids that are numbers ---

    Status create_collection(const std::string& name, std::uint32_t dim, Distance distance) {
        Failure failure;
        return failure.status(grape_create_collection_simple(
            db_, name.c_str(), dim, static_cast<std::int32_t>(distance), failure.out()));
    }
    Status drop_collection(const std::string& name) {
        Failure failure;
        return failure.status(grape_drop_collection_simple(db_, name.c_str(), failure.out()));
    }
    // `vectors`: ids.size() rows of dim floats. `payloads`: none, or a JSON object for each id.
    Status upsert(const std::string& collection, Slice<std::uint64_t> ids, Slice<float> vectors,
                  std::uint32_t dim, const std::vector<std::string>& payloads = {}) {
        if (dim == 0 || vectors.size() / dim != ids.size() || vectors.size() % dim != 0) {
            return wrong("vectors: must hold one row of dim floats for each id");
        }
        if (!payloads.empty() && payloads.size() != ids.size()) {
            return wrong("payloads: must be none, or one for each id");
        }
        std::vector<const char*> texts;
        for (const std::string& payload : payloads) texts.push_back(payload.c_str());
        Failure failure;
        return failure.status(
            grape_upsert_simple(db_, collection.c_str(), ids.data(), vectors.data(), ids.size(),
                                dim, texts.empty() ? nullptr : texts.data(), failure.out()));
    }
    Result<std::vector<Hit>> search(const std::string& collection, Slice<float> vector,
                                    std::size_t k) const {
        Failure failure;
        // What is too large is refused by the library, before anything is allocated for it.
        const std::size_t room = k <= kResultsMax ? k : 1;
        std::vector<std::uint64_t> ids(room);
        std::vector<float> scores(room);
        std::size_t found = 0;
        if (grape_search_simple(db_, collection.c_str(), vector.data(),
                                static_cast<std::uint32_t>(vector.size()), k, ids.data(),
                                scores.data(), &found, failure.out()) < 0) {
            return failure.error();
        }
        std::vector<Hit> hits(found);
        for (std::size_t i = 0; i < found; i++) hits[i] = {ids[i], scores[i]};
        return hits;
    }
    // The payload as JSON; GRAPE_E_NOT_FOUND when there is no such point.
    Result<std::string> payload(const std::string& collection, std::uint64_t id) const {
        Failure failure;
        Buffer out;
        if (grape_get_payload_simple(db_, collection.c_str(), id, out.out(), failure.out()) < 0) {
            return failure.error();
        }
        return std::string(out.view());
    }
    Status remove(const std::string& collection, Slice<std::uint64_t> ids) {
        Failure failure;
        return failure.status(
            grape_delete_simple(db_, collection.c_str(), ids.data(), ids.size(), failure.out()));
    }
    Result<std::uint64_t> count(const std::string& collection) const {
        Failure failure;
        std::uint64_t count = 0;
        if (grape_count_simple(db_, collection.c_str(), &count, failure.out()) < 0) {
            return failure.error();
        }
        return count;
    }

    // --- everything else: a request as JSON, the reply as JSON ---

    Result<Buffer> request_json(std::string_view json, Slice<grape_blob> blobs = {}) const {
        return request(GRAPE_JSON, json, blobs);
    }
    // `encoding`: GRAPE_JSON or GRAPE_FLATBUFFERS.
    Result<Buffer> request(std::uint32_t encoding, std::string_view message,
                           Slice<grape_blob> blobs = {}) const {
        Failure failure;
        Buffer out;
        if (grape_request(db_, encoding, message.data(), message.size(), blobs.data(), blobs.size(),
                          out.out(), failure.out()) < 0) {
            return failure.error();
        }
        return out;
    }

    // --- the same without waiting ---

    // Called exactly once, when the request was submitted; on a thread of the database. It may
    // submit, but not close the database; must not throw.
    using Completion = std::function<void(Result<Buffer> reply)>;

    // Gives the ticket for cancel(). The message and the array of blobs are read before it returns;
    // the data that the blobs point to must stay as it is until the completion.
    Result<std::uint64_t> submit_json(std::string_view json, Slice<grape_blob> blobs,
                                      Completion done) const {
        return submit(GRAPE_JSON, json, blobs, std::move(done));
    }
    Result<std::uint64_t> submit(std::uint32_t encoding, std::string_view message,
                                 Slice<grape_blob> blobs, Completion done) const {
        if (!done) return wrong("done: must not be empty");
        Failure failure;
        std::uint64_t ticket = 0;
        if (grape_submit(db_, encoding, message.data(), message.size(), blobs.data(), blobs.size(),
                         &complete, new Completion(std::move(done)), &free_completion, &ticket,
                         failure.out()) < 0) {
            return failure.error();
        }
        return ticket;
    }
    // GRAPE_E_NOT_FOUND when it does not wait any more.
    Status cancel(std::uint64_t ticket) const {
        Failure failure;
        return failure.status(grape_cancel(db_, ticket, failure.out()));
    }

  private:
    static constexpr std::size_t kResultsMax = 1000000;
    using Log = std::function<void(std::int32_t, const char*)>;

    // A grape_error of one call.
    class Failure {
      public:
        grape_error* out() { return &raw_; }
        Error error() const { return Error{raw_.status, raw_.message}; }
        Status status(grape_status status) const {
            if (status < 0) return error();
            return Done{};
        }

      private:
        grape_error raw_ = GRAPE_ERROR_INIT;
    };

    explicit Database(grape_db* db) : db_(db) {}

    static Error wrong(const char* message) { return Error{GRAPE_E_INVALID, message}; }

    static void set_log(const Log& log, grape_open_options& raw) {
        raw.log_ctx = new Log(log);
        raw.log = [](void* ctx, std::int32_t level, const char* message) {
            (*static_cast<Log*>(ctx))(level, message);
        };
        raw.log_ctx_free = [](void* ctx) { delete static_cast<Log*>(ctx); };
    }

    // noexcept: what a completion throws must not run through the library.
    static void complete(void* ctx, grape_status status, grape_buffer* reply,
                         const grape_error* error) noexcept {
        const auto& done = *static_cast<Completion*>(ctx);
        if (status < 0) return done(Error{status, error->message});
        Buffer buffer;
        std::swap(*buffer.out(), *reply);
        done(std::move(buffer));
    }
    static void free_completion(void* ctx) noexcept { delete static_cast<Completion*>(ctx); }

    grape_db* db_ = nullptr;
};

// Several requests as one: they see what it has written, others see it when it is committed, as a
// whole. One that goes without commit() is rolled back. Use it from one thread at a time, and not
// after its Database is closed. Promises and statuses: docs/transactions.md.
class Transaction {
  public:
    // `timeout_ms` 0: 60,000.
    static Result<Transaction> begin(const Database& database, std::uint64_t timeout_ms = 0,
                                     bool read_only = false) {
        std::string json = "{\"begin_transaction\":{\"read_only\":";
        json += read_only ? "true" : "false";
        if (timeout_ms != 0) json += ",\"timeout_ms\":" + std::to_string(timeout_ms);
        auto reply = database.request_json(json + "}}");
        if (!reply) return reply.error();
        const std::string text(reply->view());
        const std::size_t at = text.find("\"transaction\":");
        if (at == std::string::npos) return Error{GRAPE_E_INTERNAL, "the reply has no id"};
        return Transaction(database.handle(), text.substr(at + 14, text.find(',', at) - at - 14));
    }
    Transaction(Transaction&& other) noexcept
        : db_(std::exchange(other.db_, nullptr)), id_(std::move(other.id_)) {}
    Transaction& operator=(Transaction&& other) noexcept {
        std::swap(db_, other.db_);
        std::swap(id_, other.id_);
        return *this;
    }
    ~Transaction() {
        if (db_ != nullptr) static_cast<void>(roll_back().ok());
    }

    // A write or a read of points, as Database::request_json().
    Result<Buffer> request_json(std::string_view json, Slice<grape_blob> blobs = {}) const {
        const std::size_t open = json.find('{');
        std::string message = "{\"transaction\":" + id_ + ",";
        if (open != std::string_view::npos) message += json.substr(open + 1);
        Buffer out;
        grape_error error = GRAPE_ERROR_INIT;
        if (grape_request(db_, GRAPE_JSON, message.data(), message.size(), blobs.data(),
                          blobs.size(), out.out(), &error) < 0) {
            return Error{error.status, error.message};
        }
        return out;
    }
    // GRAPE_E_CONFLICT: somebody has changed what it saw. Whatever comes, it is over, but for
    // GRAPE_E_BUSY, GRAPE_E_NOMEM and GRAPE_E_INVALID: then another commit may still succeed.
    Status commit() { return finish("{\"commit_transaction\":{}}"); }
    Status roll_back() { return finish("{\"rollback_transaction\":{}}"); }
    // `name`: without quotes and backslashes.
    Status set_savepoint(const std::string& name) {
        return done(request_json("{\"set_savepoint\":{\"name\":\"" + name + "\"}}"));
    }
    Status roll_back_to(const std::string& name) {
        return done(request_json("{\"rollback_to_savepoint\":{\"name\":\"" + name + "\"}}"));
    }

  private:
    Transaction(grape_db* db, std::string id) : db_(db), id_(std::move(id)) {}

    static Status done(const Result<Buffer>& reply) {
        if (!reply) return reply.error();
        return Done{};
    }
    Status finish(std::string_view json) {
        Status outcome = done(request_json(json));
        const grape_status code = outcome ? GRAPE_OK : outcome.error().status;
        const bool may_go_on =
            code == GRAPE_E_BUSY || code == GRAPE_E_NOMEM || code == GRAPE_E_INVALID;
        if (!may_go_on) db_ = nullptr;
        return outcome;
    }

    grape_db* db_ = nullptr;
    std::string id_;
};

}  // namespace grape

#endif  // GRAPE_GRAPE_HPP
