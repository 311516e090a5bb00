// grape_submit and grape_cancel: a request that is decoded here, and runs as a task of the handle's
// pool, which calls the completion.
#include <memory>
#include <optional>
#include <utility>

#include "capi/buffer.h"
#include "capi/guard.h"
#include "capi/handle.h"
#include "capi/message.h"
#include "core/base/thread_pool.h"

namespace grape::capi {
namespace {

using base::Status;

// The caller's triple. Its ctx is given back exactly once, after the completion or instead of it.
class Completion {
  public:
    Completion(grape_completion_fn done, void* ctx, void (*ctx_free)(void*))
        : done_(done), ctx_(ctx), ctx_free_(ctx_free) {}
    Completion(Completion&& other) noexcept
        : done_(other.done_),
          ctx_(other.ctx_),
          ctx_free_(std::exchange(other.ctx_free_, nullptr)) {}
    Completion& operator=(Completion&&) = delete;
    ~Completion() {
        if (ctx_free_ != nullptr) ctx_free_(ctx_);
    }
    bool given() const { return done_ != nullptr; }
    // The caller may take the reply out of `out`; what it leaves is released.
    void call(const grape_error& error, grape_buffer& out) const noexcept {
        done_(ctx_, error.status, &out, &error);
        grape_buffer_release(&out);
    }

  private:
    grape_completion_fn done_;
    void* ctx_;
    void (*ctx_free_)(void*);
};

class SubmittedRequest final : public base::ThreadPool::Task {
  public:
    SubmittedRequest(engine::Database& database, Completion&& completion)
        : database_(database), completion_(std::move(completion)), decoded_(std::in_place) {}

    Status read(const Message& message) {
        decoded_->memory = database_.hold_memory();
        encoding_ = message.encoding;
        return decode(message, MessageLife::may_end_first, *decoded_);
    }

    void run() noexcept override {
        grape_error error = GRAPE_ERROR_INIT;
        grape_buffer out = GRAPE_BUFFER_INIT;
        guard(&error, [&]() -> Status {
            GRAPE_ASSIGN(const engine::Reply reply, database_.execute(decoded_->request));
            return encode_or_say_done(reply, encoding_, &out);
        });
        complete(error, out);
    }

    void cancel() noexcept override {
        grape_error error = GRAPE_ERROR_INIT;
        grape_buffer out = GRAPE_BUFFER_INIT;
        write_error(&error, base::Code::cancelled, "the request was cancelled before it ran");
        complete(error, out);
    }

  private:
    // The blobs are the caller's again once the completion is called.
    void complete(const grape_error& error, grape_buffer& out) noexcept {
        decoded_.reset();
        completion_.call(error, out);
    }

    engine::Database& database_;
    const Completion completion_;
    std::optional<Decoded> decoded_;
    uint32_t encoding_ = 0;
};

Status submit(grape_db* db, const Message& message, Completion&& completion, uint64_t* ticket) {
    GRAPE_ASSIGN(const Call call, Call::enter(db));
    if (!completion.given()) return null_argument("done");
    auto task = std::make_unique<SubmittedRequest>(call.database(), std::move(completion));
    GRAPE_TRY(task->read(message));
    uint64_t unwanted = 0;
    return call.pool().submit(std::move(task), ticket == nullptr ? &unwanted : ticket);
}

Status cancel(grape_db* db, uint64_t ticket) {
    GRAPE_ASSIGN(const Call call, Call::enter(db));
    if (call.pool().cancel(ticket)) return {};
    return Status::make_not_found("ticket: no request ", ticket, " waits; it runs, or is done");
}

}  // namespace
}  // namespace grape::capi

namespace {
namespace capi = grape::capi;
}  // namespace

grape_status grape_submit(grape_db* db, uint32_t encoding, const void* request,
                          size_t request_bytes, const grape_blob* blobs, size_t blob_count,
                          grape_completion_fn done, void* ctx, void (*ctx_free)(void* ctx),
                          uint64_t* ticket, grape_error* error) noexcept {
    if (ticket != nullptr) *ticket = 0;
    capi::Completion completion(done, ctx, ctx_free);
    return capi::guard(error, [&] {
        return capi::submit(db, {encoding, request, request_bytes, blobs, blob_count},
                            std::move(completion), ticket);
    });
}

grape_status grape_cancel(grape_db* db, uint64_t ticket, grape_error* error) noexcept {
    return capi::guard(error, [&] { return capi::cancel(db, ticket); });
}
