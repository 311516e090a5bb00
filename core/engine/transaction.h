// Transaction: one open transaction: the view that it reads, the writes that it has buffered, and
// what it has seen. Its reads see its writes: the code of commits applies them to a private copy of
// the view's state, which is never sealed and reaches neither the store nor other readers.
//
// What must stay true: the private copy is what the buffered operations make of the view; when an
// operation fails half way, or savepoints are gone back to, it is made anew from the list.
// Threads: one at a time (TransactionTable sees to it); it may be dropped by any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/engine/conflict_ring.h"
#include "core/engine/read_set.h"
#include "core/engine/write_points.h"

namespace grape::engine {

struct TransactionOptions {
    uint64_t id = 0;
    bool read_only = false;
    uint64_t timeout_ms = 0;
    uint64_t deadline_us = 0;  // on the monotonic clock
};

class Transaction {
  public:
    // Takes the current view.
    Transaction(Services& services, ConflictRing& ring, const TransactionOptions& options);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    uint64_t id() const { return options_.id; }
    bool read_only() const { return options_.read_only; }
    uint64_t deadline_us() const { return options_.deadline_us; }
    uint64_t timeout_ms() const { return options_.timeout_ms; }
    const View& view() const { return *view_; }
    size_t operations() const { return operations_.size(); }

    // Buffers the operations, all or none. `batch` is how errors name them.
    base::Status write(const std::vector<OperationRef>& operations, bool batch);
    // The view with what the transaction wrote itself; valid until the next call that changes it.
    base::Result<const View*> read_view();
    // What a request is about to read, and what a scroll did.
    base::Status note_read(const RequestBody& body);
    void note_scroll(const ScrollPoints& request, const ScrollReply& reply);

    base::Status set_savepoint(const std::string& name);
    // Forgets the operations and the savepoints after it.
    base::Status roll_back_to(const std::string& name);

    // --- commit ---

    // Against everything that is published, on the caller's thread: the last commit that was looked
    // at. Then the rest, and the operations, on the sequencer's leader.
    base::Result<uint64_t> check() const;
    base::Status check_rest(CommitEdit& edit, uint64_t checked) const;
    base::Status replay(CommitEdit& edit) const;
    // What its commit brings: vectors, and estimated keys with their values.
    uint64_t written_vector_bytes() const;
    uint64_t written_key_bytes() const;
    uint64_t written_payload_bytes() const;  // of operations that only change payloads
    // Lets go of the private copy; only the commit comes after it.
    void finish_reading();

  private:
    struct Buffered {
        PointOperation operation;
        std::shared_ptr<const Collection> collection;
        uint64_t bytes = 0;
    };
    struct Savepoint {
        std::string name;
        size_t operations = 0;
    };

    base::Result<std::shared_ptr<const Collection>> use_name(const std::string& name);
    base::Result<Buffered> take(const OperationRef& operation, const std::string& path);
    void note_write(const Buffered& buffered);
    base::Status apply(CommitEdit& edit, const std::vector<Buffered>& operations, bool batch);
    base::Status rebuild();
    base::Status note_query(const QueryPoints& query);
    base::Status note_range(const std::string& collection, const FilterPtr& filter);

    Services& services_;
    ConflictRing& ring_;
    const TransactionOptions options_;
    std::shared_ptr<const View> view_;
    ReadSet reads_;
    std::vector<Buffered> operations_;
    std::vector<Savepoint> savepoints_;
    uint64_t bytes_ = 0;                // of the operations
    std::unique_ptr<CommitEdit> edit_;  // the private copy; null: to be made anew
    std::unique_ptr<const View> read_view_;
};

}  // namespace grape::engine
