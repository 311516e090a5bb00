#include "core/engine/transaction_table.h"

#include <algorithm>

namespace grape::engine {

using base::MutexLock;
using base::Result;
using base::Status;
namespace limits = base::limits;

namespace {

constexpr size_t kEndedMax = 1024;  // transactions of which it is known how they ended

ConflictRing::Limits ring_limits(const Sizes& sizes) {
    ConflictRing::Limits out;
    out.commits_max = sizes.compared_commits_max;
    return out;
}

}  // namespace

TransactionTable::TransactionTable(Services& services)
    : services_(services), ring_(ring_limits(services.sizes)) {}

TransactionTable::~TransactionTable() = default;

Result<TransactionTable::Use> TransactionTable::begin(const BeginTransaction& request) {
    TransactionOptions options;
    options.read_only = request.read_only;
    options.timeout_ms =
        request.timeout_ms == 0 ? limits::transaction_timeout_ms_default : request.timeout_ms;
    const uint64_t now_us = services_.clock->monotonic_us();
    options.deadline_us = now_us + options.timeout_ms * 1000;
    {
        const MutexLock lock(mutex_);
        if (open_.size() >= services_.sizes.transactions_max) {
            return Status::make_limit("begin_transaction: ", open_.size(),
                                      " transactions are open, which is the limit");
        }
        options.id = ++last_id_;
        open_[options.id].used = true;
    }
    // Without the lock: the place is taken, and nobody else can name it yet.
    std::shared_ptr<Transaction> made;
    try {
        made = std::make_shared<Transaction>(services_, ring_, options);
    } catch (const std::bad_alloc&) {
        const MutexLock lock(mutex_);
        open_.erase(options.id);
        throw;
    }
    const MutexLock lock(mutex_);
    open_[options.id].transaction = made;
    find_next_deadline();
    return Use(*this, std::move(made));
}

Result<TransactionTable::Entry*> TransactionTable::find(uint64_t id) {
    const auto found = open_.find(id);
    if (found != open_.end() && found->second.transaction != nullptr) {
        if (!found->second.used) return &found->second;
        return Status::make_busy("transaction: ", id, " is in use by another call");
    }
    const auto ended = ended_.find(id);
    if (ended == ended_.end()) {
        return Status::make_not_found("transaction: there is none with the id ", id);
    }
    return Status(ended->second.code, base::cat("transaction: ", id, " ", ended->second.how));
}

Result<TransactionTable::Use> TransactionTable::use(uint64_t id) {
    const MutexLock lock(mutex_);
    GRAPE_ASSIGN(Entry * entry, find(id));
    entry->used = true;
    return Use(*this, entry->transaction);
}

void TransactionTable::end_use(uint64_t id) {
    const MutexLock lock(mutex_);
    const auto found = open_.find(id);
    if (found != open_.end()) found->second.used = false;
}

Result<std::shared_ptr<Transaction>> TransactionTable::finish(uint64_t id, const char* how) {
    const MutexLock lock(mutex_);
    GRAPE_ASSIGN(Entry * entry, find(id));
    std::shared_ptr<Transaction> out = std::move(entry->transaction);
    open_.erase(id);
    note_end(id, {base::Code::not_found, how});
    find_next_deadline();
    return out;
}

void TransactionTable::note_end(uint64_t id, Ended ended) {
    ended_[id] = std::move(ended);
    if (ended_.size() > kEndedMax) ended_.erase(ended_.begin());
}

void TransactionTable::expire(uint64_t now_us) {
    // A deadline that another thread sets at this moment is seen by the next call.
    if (now_us < next_deadline_us_.load(std::memory_order_relaxed)) return;
    std::vector<std::shared_ptr<Transaction>> dropped;
    const MutexLock lock(mutex_);
    for (auto at = open_.begin(); at != open_.end();) {
        const auto& [id, entry] = *at;
        if (entry.used || entry.transaction->deadline_us() > now_us) {
            ++at;
            continue;
        }
        note_end(id, {base::Code::retry,
                      base::cat("was rolled back when its timeout of ",
                                entry.transaction->timeout_ms(), " ms was over; run it again")});
        dropped.push_back(entry.transaction);
        at = open_.erase(at);
    }
    find_next_deadline();
}

void TransactionTable::find_next_deadline() {
    uint64_t next = UINT64_MAX;
    for (const auto& [id, entry] : open_) {
        if (entry.transaction != nullptr) next = std::min(next, entry.transaction->deadline_us());
    }
    next_deadline_us_.store(next, std::memory_order_relaxed);
}

}  // namespace grape::engine
