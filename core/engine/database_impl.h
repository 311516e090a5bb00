// DatabaseImpl: what Database opens, runs and closes: the wiring of services, sequencer, purge and
// background work. Threads: as database.h says.
#pragma once

#include <atomic>

#include "core/engine/automatic_fields.h"
#include "core/engine/background.h"
#include "core/engine/graph_worker.h"
#include "core/engine/recovery.h"
#include "core/engine/sync_timer.h"
#include "core/engine/transaction_table.h"
#include "core/engine/write_points.h"

namespace grape::engine {

// Whether the request belongs to a transaction, or begins one.
bool is_transaction_request(const Request& request);
// The one operation of a request that is a write of points.
std::optional<OperationRef> single_operation(const RequestBody& body);

// Bytes of vectors that a commit brings into memory; and of all that it brings.
struct CommitBytes {
    uint64_t tail = 0, all = 0;
};

class DatabaseImpl {
  public:
    static base::Result<std::unique_ptr<DatabaseImpl>> open(const OpenOptions& options);
    ~DatabaseImpl();

    base::Result<Reply> execute(const Request& request);
    base::MemoryHold hold_memory() const;
    base::Status close();
    // This process is a child of the one that opened: nothing may be touched.
    bool forked() const;

  private:
    class Running;
    explicit DatabaseImpl(const OpenOptions& options);
    base::Status plan_memory(storage::StoreOptions& store);
    base::Status open_stores();
    base::Status start();

    base::Result<ReplyBody> dispatch(const Request& request);
    base::Result<ReplyBody> read(const View& view, const RequestBody& body);
    base::Result<ReplyBody> transact(const Request& request);
    base::Result<ReplyBody> read_in(Transaction& transaction, const RequestBody& body);
    base::Result<ReplyBody> commit_transaction(const Request& request);
    base::Result<ReplyBody> write_points(const std::vector<OperationRef>& operations, bool batch,
                                         const WriteOptions& options);
    base::Result<ReplyBody> write_catalogue(const RequestBody& body, const WriteOptions& options);
    base::Result<ReplyBody> write_field_index(const RequestBody& body, const WriteOptions& options);
    void note_reads(const View& view, const RequestBody& body, const ReplyBody& reply);
    base::Status make_automatic_field(const CreateFieldIndex& index);
    base::Status cover_index(const std::string& collection);
    base::Result<ReplyBody> maintain(const RequestBody& body);
    base::Result<WriteReply> commit(Change& change, const WriteOptions& options,
                                    CommitBytes bytes = {});
    // In memory all of the database counts, and nothing makes room but deleting.
    bool counts_all() const { return options_.memory_bytes_max != 0 && options_.path.empty(); }
    base::Status check_memory(uint64_t bytes) const;
    base::Status admit(uint64_t tail_bytes);
    base::Status drain(bool everything);

    const OpenOptions options_;
    const int opener_;                              // process id
    std::unique_ptr<storage::DirectoryLock> lock_;  // goes last: the directory is ours until then
    Services services_;
    std::unique_ptr<Sequencer> sequencer_;
    std::unique_ptr<Purge> purge_;
    std::unique_ptr<Background> background_;
    std::unique_ptr<GraphWorker> graphs_;
    std::unique_ptr<AutomaticFields> automatic_fields_;  // null: switched off
    std::unique_ptr<SyncTimer> timer_;
    std::unique_ptr<TransactionTable> transactions_;

    base::Mutex mutex_;
    base::Condition idle_;
    uint64_t active_ GRAPE_GUARDED_BY(mutex_) = 0;  // requests that run
    bool closed_ GRAPE_GUARDED_BY(mutex_) = false;
};

}  // namespace grape::engine
