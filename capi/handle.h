// Handles: what a grape_db * is. It is no pointer but a ticket: a magic word, the number of a slot
// in a fixed table and the slot's generation. So a stale or invented handle is recognised without
// reading memory that may be gone, and for as long as the process lives.
//
// Threads: all functions may be called from any thread at once; no lock is taken, and nothing waits
// but Call::close(), which waits for the calls that are inside. A forked child inherits the table:
// it may use free slots, and what its parent opened answers with Code::forked.
// What must stay true: a slot's word is changed only while it is live or claimed, so a late call
// with an old handle changes nothing.
#pragma once

#include <cstdint>
#include <memory>

#include "capi/include/grape/grape.h"
#include "core/base/result.h"
#include "core/base/thread_pool.h"
#include "core/engine/database.h"

namespace grape::capi {

// The host's log callback. Gives ctx back when it is dropped, in the process that it came from.
class LogSink {
  public:
    LogSink() = default;
    explicit LogSink(const grape_open_options& options);
    ~LogSink();
    LogSink(const LogSink&) = delete;
    LogSink& operator=(const LogSink&) = delete;
    base::Logger logger() const;

  private:
    grape_log_fn log_ = nullptr;
    void* ctx_ = nullptr;
    void (*ctx_free_)(void*) = nullptr;
    int process_ = 0;
};

struct OpenDatabase {
    std::unique_ptr<LogSink> log;  // outlives the database, whose threads call it
    std::unique_ptr<engine::Database> database;
    std::unique_ptr<base::ThreadPool> pool;  // of submitted requests, which use the database
    int process = 0;                         // who opened it
};

// A slot that is taken for a database which is being opened.
class Claim {
  public:
    // Code::limit when all slots are taken.
    static base::Result<Claim> take();
    Claim(Claim&& other) noexcept;
    Claim& operator=(Claim&&) = delete;
    ~Claim();  // gives the slot back unless it was published
    grape_db* publish(std::unique_ptr<OpenDatabase> open);

  private:
    explicit Claim(uint32_t slot) : slot_(slot) {}
    uint32_t slot_;
};

// One call on a handle; while it lives the database stays open.
class Call {
  public:
    // Code::invalid, closed or forked when there is no such open database here.
    static base::Result<Call> enter(const grape_db* handle);
    Call(Call&& other) noexcept;
    Call& operator=(Call&&) = delete;
    ~Call();
    engine::Database& database() const;
    base::ThreadPool& pool() const;
    // Refuses new calls, completes what was submitted, waits for the other calls, closes. Once;
    // nothing else afterwards. Not from a task of the pool: Code::invalid.
    base::Status close();

  private:
    explicit Call(uint32_t slot) : slot_(slot) {}
    uint32_t slot_;
};

}  // namespace grape::capi
