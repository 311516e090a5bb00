#include "core/engine/database_impl.h"

#include "core/engine/memory_plan.h"

#include <unistd.h>

#include <sys/stat.h>

namespace grape::engine {

using base::Result;
using base::Status;

Sizes Sizes::from(const OpenOptions::Sizes& wanted) {
    Sizes out;
    const auto take = [](auto& value, auto given) {
        if (given != 0) value = given;
    };
    take(out.pending_bytes_max, wanted.pending_bytes_max);
    take(out.flush_tail_bytes, wanted.flush_tail_bytes);
    take(out.flush_row_bytes, wanted.flush_row_bytes);
    take(out.direct_file_bytes, wanted.direct_file_bytes);
    take(out.small_shard_bytes, wanted.small_shard_bytes);
    take(out.log_file_bytes, wanted.log_file_bytes);
    take(out.batch_bytes, wanted.batch_bytes);
    take(out.vector_file_bytes, wanted.vector_file_bytes);
    take(out.unflushed_bytes_max, wanted.unflushed_bytes_max);
    take(out.kept_commits_max, wanted.kept_commits_max);
    take(out.dead_rows_min, wanted.dead_rows_min);
    take(out.log_files_max, wanted.log_files_max);
    take(out.rows_max, wanted.rows_max);
    take(out.automatic_reads_min, wanted.automatic_reads_min);
    take(out.graph_vectors_min, wanted.graph_vectors_min);
    take(out.transaction_bytes_max, wanted.transaction_bytes_max);
    take(out.transactions_max, wanted.transactions_max);
    take(out.compared_commits_max, wanted.compared_commits_max);
    return out;
}

DatabaseImpl::DatabaseImpl(const OpenOptions& options) : options_(options), opener_(getpid()) {
    services_.sizes = Sizes::from(options.sizes);
    services_.clock = options.clock == nullptr ? &base::Clock::system() : options.clock;
    services_.logger = options.logger;
}

DatabaseImpl::~DatabaseImpl() = default;

bool DatabaseImpl::forked() const {
    return getpid() != opener_;
}

Result<std::unique_ptr<DatabaseImpl>> DatabaseImpl::open(const OpenOptions& options) {
    std::unique_ptr<DatabaseImpl> impl(new DatabaseImpl(options));
    GRAPE_TRY(impl->open_stores());
    GRAPE_TRY(impl->start());
    return impl;
}

Status DatabaseImpl::plan_memory(storage::StoreOptions& store) {
    GRAPE_ASSIGN(const MemoryPlan plan,
                 MemoryPlan::make(options_.memory_bytes_max, services_.sizes, store));
    services_.request_memory.set_bytes_max(plan.requests_bytes_max);
    services_.request_bytes_max = plan.request_bytes_max;
    services_.build_memory.set_bytes_max(plan.builds_bytes_max);
    services_.pinned_memory.set_bytes_max(plan.pinned_bytes_max);
    services_.field_answers.set_bytes_max(plan.field_answers_bytes);
    return {};
}

Status DatabaseImpl::open_stores() {
    storage::StoreOptions store;
    GRAPE_TRY(plan_memory(store));
    const auto next_file = [this] { return services_.next_file_number(); };
    if (options_.path.empty()) {
        services_.store = storage::make_memory_store();
        services_.blobs = storage::make_memory_blob_store();
        services_.log = storage::make_memory_vector_log(services_.sizes.log_file_bytes, next_file);
    } else {
        GRAPE_ASSIGN(const uint64_t id,
                     storage::prepare_directory(options_.path, options_.create_if_missing));
        GRAPE_ASSIGN(lock_, storage::lock_directory(options_.path));
        store.directory = options_.path + "/store";
        store.database_id = id;
        store.logger = options_.logger;
        GRAPE_ASSIGN(storage::OpenedStore opened, storage::open_leveldb_store(store));
        services_.store = std::move(opened.store);
        services_.recovered_tail_bytes = opened.recovered_tail_bytes;
        const std::string files = options_.path + "/files";
        services_.blobs = storage::make_disk_blob_store(files, id);
        services_.log =
            storage::make_vector_log(files, id, services_.sizes.log_file_bytes, next_file);
    }
    services_.files = std::make_unique<FileTable>(services_.blobs, services_.pinned_memory);
    return {};
}

Status DatabaseImpl::start() {
    GRAPE_ASSIGN(Recovered recovered, recover(services_));
    services_.recovered_tail_bytes += recovered.cut_bytes;
    sequencer_ = std::make_unique<Sequencer>(services_, std::move(recovered.state));
    for (const auto& [file, shard] : recovered.log_uses) sequencer_->add_log_use(file, shard);
    purge_ = std::make_unique<Purge>(services_, *sequencer_);
    purge_->set_first_record(recovered.first_record);
    for (PurgeItem& item : recovered.purge) purge_->add(std::move(item));
    background_ = std::make_unique<Background>(services_, *sequencer_, *purge_);
    timer_ = std::make_unique<SyncTimer>(services_);
    graphs_ = std::make_unique<GraphWorker>(services_, *sequencer_, *background_);
    background_->on_new_files([this](uint32_t collection) { graphs_->note(collection); });
    transactions_ = std::make_unique<TransactionTable>(services_);
    if (!options_.background) return {};
    graphs_->start();
    if (options_.automatic_fields) {
        automatic_fields_ = std::make_unique<AutomaticFields>(
            services_,
            [this](const CreateFieldIndex& index) { return make_automatic_field(index); });
    }
    return background_->start();
}

// A request that runs, until it goes, by whichever way: close() waits for it.
class DatabaseImpl::Running {
  public:
    explicit Running(DatabaseImpl& database) : database_(database) {
        const base::MutexLock lock(database_.mutex_);
        admitted_ = !database_.closed_;
        if (admitted_) ++database_.active_;
    }
    ~Running() {
        const base::MutexLock lock(database_.mutex_);
        if (admitted_ && --database_.active_ == 0) database_.idle_.notify_all();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    bool admitted() const { return admitted_; }

  private:
    DatabaseImpl& database_;
    bool admitted_ = false;
};

Result<Reply> DatabaseImpl::execute(const Request& request) {
    if (forked())
        return Status::make_forked("the database was opened before this process was forked");
    const Running running(*this);
    if (!running.admitted()) return Status::make_closed("the database is closed");
    const uint64_t begin_us = services_.clock->monotonic_us();
    transactions_->expire(begin_us);
    GRAPE_ASSIGN(ReplyBody body, dispatch(request));
    const uint64_t end_us = services_.clock->monotonic_us();
    return Reply{std::move(body), static_cast<double>(end_us - begin_us) / 1e6};
}

base::MemoryHold DatabaseImpl::hold_memory() const {
    return base::MemoryHold(services_.request_memory, services_.request_bytes_max);
}

Status DatabaseImpl::drain(bool everything) {
    return background_->drain(everything);
}

// Flushes what belongs into files and settles the store, so that the next open replays nothing. A
// database that is read-only by then is closed as it is: recovery knows what to do.
Status DatabaseImpl::close() {
    if (forked())
        return Status::make_forked("the database was opened before this process was forked");
    {
        const base::MutexLock lock(mutex_);
        if (closed_) return {};
        closed_ = true;
        while (active_ != 0) idle_.wait(mutex_);
    }
    if (sequencer_ == nullptr) return {};
    if (automatic_fields_ != nullptr) automatic_fields_->stop();
    graphs_->stop();
    // Whatever is not committed is rolled back.
    transactions_.reset();
    background_->stop();
    timer_->stop();
    Status outcome = sequencer_->health();
    // First what was acknowledged, and is due to be durable; then what makes the next open fast.
    if (outcome.ok()) outcome = services_.store->sync();
    if (outcome.ok()) outcome = drain(false);
    if (outcome.ok()) outcome = services_.store->sync();
    if (outcome.ok()) outcome = services_.store->settle();
    services_.views.clear();
    graphs_.reset();
    background_.reset();
    purge_.reset();
    sequencer_.reset();
    services_.files.reset();
    services_.log.reset();
    services_.blobs.reset();
    services_.store.reset();
    lock_.reset();
    return outcome;
}

}  // namespace grape::engine
