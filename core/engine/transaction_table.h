// TransactionTable: the open transactions by their ids. Bounds how many there are and how long they
// live, and lets one thread at a time use each. Threads: any; transactions are dropped without the
// lock.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "core/base/mutex.h"
#include "core/engine/transaction.h"

namespace grape::engine {

class TransactionTable {
  public:
    explicit TransactionTable(Services& services);
    ~TransactionTable();
    TransactionTable(const TransactionTable&) = delete;
    TransactionTable& operator=(const TransactionTable&) = delete;

    // A transaction that this thread uses, until it goes.
    class Use {
      public:
        Use(TransactionTable& table, std::shared_ptr<Transaction> transaction)
            : table_(&table), transaction_(std::move(transaction)) {}
        ~Use() {
            if (transaction_ != nullptr) table_->end_use(transaction_->id());
        }
        Use(Use&& other) noexcept = default;
        Use& operator=(Use&& other) = delete;
        Transaction& operator*() const { return *transaction_; }
        Transaction* operator->() const { return transaction_.get(); }

      private:
        TransactionTable* table_;
        std::shared_ptr<Transaction> transaction_;
    };

    base::Result<Use> begin(const BeginTransaction& request) GRAPE_EXCLUDES(mutex_);
    // Code::not_found, retry when its time is over, busy when another thread uses it.
    base::Result<Use> use(uint64_t id) GRAPE_EXCLUDES(mutex_);
    // Takes it out: it is over, whatever comes. `how` is what is said of it later.
    base::Result<std::shared_ptr<Transaction>> finish(uint64_t id, const char* how)
        GRAPE_EXCLUDES(mutex_);
    // Drops those whose time is over and that nobody uses.
    void expire(uint64_t now_us) GRAPE_EXCLUDES(mutex_);
    ConflictRing& ring() { return ring_; }

  private:
    struct Entry {
        std::shared_ptr<Transaction> transaction;
        bool used = false;
    };
    struct Ended {
        base::Code code = base::Code::not_found;
        std::string how;
    };
    base::Result<Entry*> find(uint64_t id) GRAPE_REQUIRES(mutex_);
    void end_use(uint64_t id) GRAPE_EXCLUDES(mutex_);
    void note_end(uint64_t id, Ended ended) GRAPE_REQUIRES(mutex_);
    void find_next_deadline() GRAPE_REQUIRES(mutex_);

    Services& services_;
    ConflictRing ring_;
    std::atomic<uint64_t> next_deadline_us_{UINT64_MAX};  // so that a look costs nothing
    mutable base::Mutex mutex_;
    std::map<uint64_t, Entry> open_ GRAPE_GUARDED_BY(mutex_);
    std::map<uint64_t, Ended> ended_ GRAPE_GUARDED_BY(mutex_);  // the last ones
    uint64_t last_id_ GRAPE_GUARDED_BY(mutex_) = 0;
};

}  // namespace grape::engine
