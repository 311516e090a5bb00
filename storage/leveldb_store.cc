// The store on disk: LevelDB on Grape's own Env (storage/env/). The only file that uses LevelDB's
// DB.
//
// Threads: LevelDB's own: any thread may call anything; writers queue up and share an fsync.
// What must stay true:
//  1. No LevelDB snapshot is ever taken: 1.23 brings deleted keys back when a compaction runs while
//     one is held. Iterators are safe, they pin files and not a sequence that compactions look at.
//  2. Every read verifies checksums, and an iterator stops at the first block that fails: LevelDB's
//     own would go on behind it.
//  3. Once a write has failed, nothing is written any more.
//  4. A forked child writes nothing, and leaves the parent's objects alone when it drops them.
#include "storage/leveldb_store.h"

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/iterator.h>
#include <leveldb/write_batch.h>
#include <unistd.h>

#include <charconv>
#include <utility>

#include "core/base/check.h"
#include "storage/env/env_status.h"
#include "storage/env/store_env.h"
#include "storage/store_limits.h"

namespace grape::storage {
namespace {

using base::Result;
using base::Status;
using env::from_leveldb;
using env::StoreEnv;

constexpr int kBloomBitsPerKey = 10;
constexpr size_t kTableBytes = 8u << 20;
constexpr int kOpenFilesMax = 256;
constexpr std::chrono::seconds kSettleTimeout{60};
// Index and filter of an open table stay in memory: about this part of the table.
constexpr uint64_t kTableOverheadDivisor = 32;

leveldb::Slice to_slice(std::string_view text) {
    return {text.data(), text.size()};
}
std::string_view to_view(const leveldb::Slice& slice) {
    return {slice.data(), slice.size()};
}

leveldb::ReadOptions read_options() {
    leveldb::ReadOptions options;
    options.verify_checksums = true;  // invariant 2
    return options;
}

class LevelDbIterator final : public Iterator {
  public:
    LevelDbIterator(std::unique_ptr<leveldb::Iterator> iterator, std::string_view prefix)
        : iterator_(std::move(iterator)), prefix_(prefix) {
        seek(prefix_);
    }

    bool valid() const override { return valid_; }
    void next() override {
        GRAPE_DCHECK(valid_);
        iterator_->Next();
        look();
    }
    void seek(std::string_view key) override {
        iterator_->Seek(to_slice(key < prefix_ ? std::string_view(prefix_) : key));
        look();
    }
    std::string_view key() const override { return to_view(iterator_->key()); }
    std::string_view value() const override { return to_view(iterator_->value()); }
    Status status() const override { return status_; }

  private:
    // Where LevelDB cannot read a block it goes on with the next one and stays valid: asking for
    // the status at each step is what keeps a hole from being passed over.
    void look() {
        const leveldb::Status status = iterator_->status();
        if (!status.ok() && status_.ok()) status_ = from_leveldb(status);
        valid_ = status_.ok() && iterator_->Valid() && key().starts_with(prefix_);
    }

    const std::unique_ptr<leveldb::Iterator> iterator_;
    const std::string prefix_;
    Status status_;
    bool valid_ = false;
};

class LevelDbStore final : public Store {
  public:
    LevelDbStore(const StoreOptions& options, FileFaults* faults);
    ~LevelDbStore() override;
    // Gives the bytes that were cut from torn tails.
    Result<uint64_t> open(const StoreOptions& options);

    Result<std::optional<std::string>> get(std::string_view key) const override;
    std::unique_ptr<Iterator> iterate(std::string_view prefix) const override;
    Result<std::optional<std::string>> last_key(std::string_view prefix) const override;
    Status write(const WriteBatch& batch, Sync sync) override;
    Status sync() override;
    Status settle() override;
    Status health() const override { return env_->failure(); }
    size_t memory_bytes() const override;

  private:
    bool inherited() const { return ::getpid() != pid_; }
    Status check_writable() const;
    Status write_batch(leveldb::WriteBatch* batch, Sync sync);

    const pid_t pid_ = ::getpid();
    std::unique_ptr<StoreEnv> env_;  // these four outlive the DB
    std::unique_ptr<const leveldb::FilterPolicy> filter_;
    std::unique_ptr<leveldb::Cache> cache_;
    std::unique_ptr<leveldb::DB> db_;
};

LevelDbStore::LevelDbStore(const StoreOptions& options, FileFaults* faults)
    : env_(std::make_unique<StoreEnv>(options.directory, options.database_id, options.logger,
                                      faults)),
      filter_(leveldb::NewBloomFilterPolicy(kBloomBitsPerKey)),
      cache_(leveldb::NewLRUCache(options.block_cache_bytes)) {}

LevelDbStore::~LevelDbStore() {
    if (inherited()) {  // invariant 4: the threads and the files belong to the parent
        static_cast<void>(db_.release());
        static_cast<void>(cache_.release());
        static_cast<void>(filter_.release());
        static_cast<void>(env_.release());
        return;
    }
    // LevelDB waits for the job that it has scheduled, which no thread may have come for.
    env_->run_left_over();
    db_.reset();
}

Result<uint64_t> LevelDbStore::open(const StoreOptions& options) {
    GRAPE_TRY(make_directory(options.directory, nullptr));
    GRAPE_ASSIGN(const uint64_t cut, env_->recover());
    leveldb::Options settings;
    settings.create_if_missing = true;
    settings.paranoid_checks = true;
    settings.reuse_logs = false;  // no file is ever appended to again
    settings.env = env_->env();
    settings.info_log = env_->logger();
    settings.write_buffer_size = options.write_buffer_bytes;
    settings.max_open_files = kOpenFilesMax;
    settings.max_file_size = kTableBytes;
    settings.block_cache = cache_.get();
    settings.filter_policy = filter_.get();
    settings.compression = leveldb::kSnappyCompression;
    leveldb::DB* db = nullptr;
    const leveldb::Status opened = leveldb::DB::Open(settings, options.directory, &db);
    db_.reset(db);
    if (!opened.ok()) return from_leveldb(opened).with_context("open the store");
    return cut;
}

Result<std::optional<std::string>> LevelDbStore::get(std::string_view key) const {
    std::string value;
    const leveldb::Status status = db_->Get(read_options(), to_slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return from_leveldb(status).with_context("read the store");
    return std::optional<std::string>(std::move(value));
}

std::unique_ptr<Iterator> LevelDbStore::iterate(std::string_view prefix) const {
    std::unique_ptr<leveldb::Iterator> iterator(db_->NewIterator(read_options()));
    return std::make_unique<LevelDbIterator>(std::move(iterator), prefix);
}

Result<std::optional<std::string>> LevelDbStore::last_key(std::string_view prefix) const {
    const std::unique_ptr<leveldb::Iterator> iterator(db_->NewIterator(read_options()));
    const std::string end = end_of_prefix(prefix);
    if (!end.empty()) iterator->Seek(end);
    if (!end.empty() && iterator->Valid()) {
        iterator->Prev();
    } else if (iterator->status().ok()) {
        iterator->SeekToLast();
    }
    if (!iterator->status().ok()) return from_leveldb(iterator->status());
    if (!iterator->Valid()) return std::optional<std::string>();
    const std::string_view key = to_view(iterator->key());
    if (!key.starts_with(prefix)) return std::optional<std::string>();
    return std::optional<std::string>(key);
}

Status LevelDbStore::check_writable() const {
    if (inherited()) return Status::make_forked("the store was opened by another process");
    if (!env_->failed()) return {};
    return Status::make_readonly("an earlier write failed: ", env_->failure().to_string());
}

Status LevelDbStore::write_batch(leveldb::WriteBatch* batch, Sync sync) {
    GRAPE_TRY(check_writable());
    GRAPE_TRY(env_->start_thread());
    leveldb::WriteOptions options;
    options.sync = sync == Sync::yes;
    const Status status = from_leveldb(db_->Write(options, batch));
    if (status.ok()) return {};
    env_->keep_failure(status);
    return Status::make_unknown_outcome("write to the store: ", status.to_string());
}

Status LevelDbStore::write(const WriteBatch& batch, Sync sync) {
    GRAPE_TRY(check_batch_limits(batch));
    leveldb::WriteBatch entries;
    batch.for_each([&](std::string_view key,
                       std::string_view value) { entries.Put(to_slice(key), to_slice(value)); },
                   [&](std::string_view key) { entries.Delete(to_slice(key)); });
    return write_batch(&entries, sync);
}

// An empty batch still goes through LevelDB's log as a record of 12 bytes, and so it is synced,
// with everything before it; logs that were closed before are synced already.
Status LevelDbStore::sync() {
    leveldb::WriteBatch nothing;
    return write_batch(&nothing, Sync::yes);
}

// A write of no batch makes LevelDB begin a new memtable and a new log; when the old one is in a
// table its log is removed.
Status LevelDbStore::settle() {
    GRAPE_TRY(check_writable());
    const uint64_t newest = env_->newest_log();
    GRAPE_TRY(write_batch(nullptr, Sync::no));
    const bool gone = env_->wait_until_logs_gone(newest, kSettleTimeout);
    GRAPE_TRY(check_writable());
    if (gone) return {};
    return Status::make_busy("settle: the background work did not come to an end in ",
                             kSettleTimeout.count(), " s");
}

size_t LevelDbStore::memory_bytes() const {
    std::string text;
    uint64_t bytes = 0;
    if (db_->GetProperty("leveldb.approximate-memory-usage", &text)) {
        std::from_chars(text.data(), text.data() + text.size(), bytes);
    }
    return static_cast<size_t>(bytes + env_->open_table_bytes() / kTableOverheadDivisor);
}

}  // namespace

Result<OpenedStore> open_leveldb_store(const StoreOptions& options, FileFaults* faults) {
    auto store = std::make_unique<LevelDbStore>(options, faults);
    OpenedStore opened;
    GRAPE_ASSIGN(opened.recovered_tail_bytes, store->open(options));
    opened.store = std::move(store);
    return opened;
}

Result<OpenedStore> open_leveldb_store(const StoreOptions& options) {
    return open_leveldb_store(options, nullptr);
}

}  // namespace grape::storage
