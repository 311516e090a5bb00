// A store, a vector log and a blob store that do what the real ones do, until a test says
// otherwise. Threads: as the wrapped ones; the hooks are set while nothing runs, and called from
// whatever thread calls the store.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "storage/blob.h"
#include "storage/store.h"
#include "storage/vector_log.h"

namespace grape::testing_support {

class FaultStore final : public storage::Store {
  public:
    explicit FaultStore(std::unique_ptr<storage::Store> store) : store_(std::move(store)) {}

    // Called before each write; a failure is what the write gives.
    std::function<base::Status(const storage::WriteBatch&, storage::Sync)> before_write;
    // Whether a batch that fails reaches the store all the same.
    bool failed_batches_arrive = false;
    std::atomic<uint64_t> writes{0}, synced_writes{0}, syncs{0};

    base::Result<std::optional<std::string>> get(std::string_view key) const override {
        return store_->get(key);
    }
    std::unique_ptr<storage::Iterator> iterate(std::string_view prefix) const override {
        return store_->iterate(prefix);
    }
    base::Result<std::optional<std::string>> last_key(std::string_view prefix) const override {
        return store_->last_key(prefix);
    }
    base::Status write(const storage::WriteBatch& batch, storage::Sync sync) override {
        ++writes;
        if (sync == storage::Sync::yes) ++synced_writes;
        const base::Status failure = before_write ? before_write(batch, sync) : base::Status();
        if (failure.ok() || failed_batches_arrive) {
            const base::Status written = store_->write(batch, sync);
            if (failure.ok()) return written;
        }
        return failure;
    }
    base::Status sync() override {
        ++syncs;
        return store_->sync();
    }
    base::Status settle() override { return store_->settle(); }
    base::Status health() const override { return store_->health(); }
    size_t memory_bytes() const override { return store_->memory_bytes(); }

  private:
    const std::unique_ptr<storage::Store> store_;
};

class FaultLog final : public storage::VectorLog {
  public:
    explicit FaultLog(std::unique_ptr<storage::VectorLog> log) : log_(std::move(log)) {}

    std::function<base::Status()> before_append;
    std::atomic<uint64_t> appends{0}, rolls{0};

    base::Result<storage::LogPosition> append(std::span<const storage::LogFrame> frames) override {
        ++appends;
        const base::Status failure = before_append ? before_append() : base::Status();
        if (!failure.ok()) return failure;
        return log_->append(frames);
    }
    void roll() override {
        ++rolls;
        log_->roll();
    }
    uint64_t current_file() const override { return log_->current_file(); }
    base::Status scan(const storage::LogPosition& committed,
                      const storage::LogScan& scan) const override {
        return log_->scan(committed, scan);
    }
    base::Result<uint64_t> truncate(const storage::LogPosition& committed) override {
        return log_->truncate(committed);
    }
    base::Status remove(uint64_t file_number) override { return log_->remove(file_number); }
    base::Result<std::vector<uint64_t>> list() const override { return log_->list(); }

  private:
    const std::unique_ptr<storage::VectorLog> log_;
};

class FaultBlobs final : public storage::BlobStore {
  public:
    explicit FaultBlobs(std::unique_ptr<storage::BlobStore> blobs) : blobs_(std::move(blobs)) {}

    // Called before a file is made: a place to do something else in the middle of a rewrite.
    std::function<base::Status(storage::BlobKind)> before_create;

    base::Result<std::unique_ptr<storage::BlobWriter>> create(uint64_t file_number,
                                                              storage::BlobKind kind) override {
        const base::Status failure = before_create ? before_create(kind) : base::Status();
        if (!failure.ok()) return failure;
        return blobs_->create(file_number, kind);
    }
    base::Result<std::shared_ptr<storage::Blob>> open(const storage::BlobIdentity& identity,
                                                      storage::BlobKind kind,
                                                      storage::Placement placement) override {
        return blobs_->open(identity, kind, placement);
    }
    base::Status remove(uint64_t file_number) override { return blobs_->remove(file_number); }
    base::Result<std::vector<uint64_t>> list() const override { return blobs_->list(); }
    base::Result<std::unique_ptr<storage::ScratchMemory>> scratch(size_t size_bytes) override {
        return blobs_->scratch(size_bytes);
    }

  private:
    const std::unique_ptr<storage::BlobStore> blobs_;
};

}  // namespace grape::testing_support
