// Requests of transactions: begin, savepoints, commit and rollback, and what is done inside of one.
#include "core/engine/database_impl.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

TransactionReply reply_of(const Transaction& transaction) {
    return {transaction.id(), transaction.view().commit(), transaction.operations()};
}

// The operations of a request that writes points; empty for others.
std::vector<OperationRef> operations_of(const RequestBody& body) {
    std::vector<OperationRef> out;
    if (const auto* batch = std::get_if<BatchUpdate>(&body)) {
        for (const PointOperation& each : batch->operations) out.push_back(operation_ref(each));
    } else if (const auto operation = single_operation(body)) {
        out.push_back(*operation);
    }
    return out;
}

bool is_write_of_points(const RequestBody& body) {
    return std::holds_alternative<BatchUpdate>(body) || single_operation(body).has_value();
}

}  // namespace

bool is_transaction_request(const Request& request) {
    return request.transaction != 0 || std::holds_alternative<BeginTransaction>(request.body) ||
           std::holds_alternative<CommitTransaction>(request.body) ||
           std::holds_alternative<RollbackTransaction>(request.body) ||
           std::holds_alternative<SetSavepoint>(request.body) ||
           std::holds_alternative<RollbackToSavepoint>(request.body);
}

Result<ReplyBody> DatabaseImpl::transact(const Request& request) {
    if (const auto* r = std::get_if<BeginTransaction>(&request.body)) {
        GRAPE_ASSIGN(const TransactionTable::Use begun, transactions_->begin(*r));
        return ReplyBody(reply_of(*begun));
    }
    if (std::holds_alternative<CommitTransaction>(request.body)) {
        return commit_transaction(request);
    }
    if (std::holds_alternative<RollbackTransaction>(request.body)) {
        GRAPE_ASSIGN(const std::shared_ptr<Transaction> ended,
                     transactions_->finish(request.transaction, "was rolled back"));
        return ReplyBody(reply_of(*ended));
    }
    GRAPE_ASSIGN(const TransactionTable::Use transaction, transactions_->use(request.transaction));
    if (const auto* r = std::get_if<SetSavepoint>(&request.body)) {
        GRAPE_TRY(transaction->set_savepoint(r->name));
        return ReplyBody(reply_of(*transaction));
    }
    if (const auto* r = std::get_if<RollbackToSavepoint>(&request.body)) {
        GRAPE_TRY(transaction->roll_back_to(r->name));
        return ReplyBody(reply_of(*transaction));
    }
    if (is_write_of_points(request.body)) {
        const bool batch = std::holds_alternative<BatchUpdate>(request.body);
        GRAPE_TRY(transaction->write(operations_of(request.body), batch));
        WriteReply reply;
        reply.pending = true;
        return ReplyBody(reply);
    }
    return read_in(*transaction, request.body);
}

Result<ReplyBody> DatabaseImpl::read_in(Transaction& transaction, const RequestBody& body) {
    GRAPE_TRY(transaction.note_read(body));
    GRAPE_ASSIGN(const View* view, transaction.read_view());
    GRAPE_ASSIGN(ReplyBody reply, read(*view, body));
    if (const auto* scroll = std::get_if<ScrollPoints>(&body)) {
        transaction.note_scroll(*scroll, std::get<ScrollReply>(reply));
    }
    return reply;
}

// A key that was used answers for the commit that used it, even when the transaction is not there
// any more: that is how a caller learns what became of a commit whose answer was lost.
Result<ReplyBody> DatabaseImpl::commit_transaction(const Request& request) {
    const bool has_key = !request.write.idempotency_key.empty();
    const auto taken = transactions_->finish(request.transaction, "was committed or refused");
    if (!taken.ok() && (!has_key || taken.status().code() == base::Code::busy)) {
        return taken.status();
    }
    const Transaction* transaction = taken.ok() ? taken->get() : nullptr;
    const bool has_writes = transaction != nullptr && transaction->operations() != 0;
    if (transaction != nullptr && !has_writes && !has_key) {
        // What it saw is the state after one commit: it happened there.
        WriteReply reply;
        reply.commit = transaction->view().commit();
        return ReplyBody(reply);
    }
    if (taken.ok()) (*taken)->finish_reading();
    Status refused = taken.ok() ? Status() : taken.status();
    uint64_t checked = 0;
    if (has_writes) {
        const Result<uint64_t> outside = transaction->check();
        if (outside.ok()) {
            checked = *outside;
        } else {
            refused = outside.status();
        }
    }
    if (!refused.ok() && !has_key) return refused;
    Change change;
    const uint64_t vectors = has_writes ? transaction->written_vector_bytes() : 0;
    const uint64_t keys = has_writes ? transaction->written_key_bytes() : 0;
    change.alone = keys > 2 * services_.sizes.batch_bytes;
    change.apply = [&](CommitEdit& edit) -> Status {
        if (!refused.ok() || !has_writes) return refused;
        GRAPE_TRY(transaction->check_rest(edit, checked));
        return transaction->replay(edit);
    };
    const uint64_t payloads = has_writes && counts_all() ? transaction->written_payload_bytes() : 0;
    GRAPE_ASSIGN(WriteReply reply,
                 commit(change, request.write, {vectors, vectors + keys + payloads}));
    return ReplyBody(reply);
}

}  // namespace grape::engine
