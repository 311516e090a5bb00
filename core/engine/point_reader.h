// PointReader: finds points of one shard in one view and makes replies of them: ids from the row
// table, payloads by one exact get, vectors from their runs.
// Threads: belongs to one; the view that it reads must stay pinned.
#pragma once

#include "core/engine/services.h"
#include "core/engine/shard_rows.h"
#include "core/index/top_k.h"

namespace grape::engine {

class PointReader final : public index::RowOrder, public PointStore {
  public:
    // `own_keys`: of a transaction's view (View::own_keys()).
    PointReader(const Services& services, const Collection& collection, const ShardView& shard,
                const KeyOverlay* own_keys = nullptr)
        : services_(services), collection_(collection), shard_(shard), own_keys_(own_keys) {
        if (!services.memory_is_limited()) return;
        memory_ =
            std::make_shared<base::MemoryHold>(services.request_memory, services.request_bytes_max);
    }

    const Collection& collection() const { return collection_; }
    const ShardView& shard() const { return shard_; }
    const KeyOverlay* own_keys() const { return own_keys_; }
    base::Result<std::optional<uint32_t>> find_row(const base::PointId& id) const override;
    base::Result<std::string> payload(uint32_t row) const override;
    base::Result<ReplyPoint> read(uint32_t row, const WithPayload& with_payload,
                                  const WithVectors& with_vectors) const;
    base::Status check(const WithVectors& with_vectors) const;
    // What read() took for the points that it gave; it stays held by the reply that they are in.
    const ReplyMemory& memory() const { return memory_; }
    // Before `bytes` are taken for anything else that a request needs.
    base::Status take_memory(uint64_t bytes) const {
        return memory_ == nullptr ? base::Status() : memory_->grow(bytes, "reply");
    }
    // Which of two rows has the smaller id.
    bool before(uint32_t row_a, uint32_t row_b) const override {
        return shard_.rows.id(row_a) < shard_.rows.id(row_b);
    }

  private:
    base::Result<std::vector<storage::IdEntry>> id_entries(const base::PointId& id) const;
    base::Result<std::optional<std::string>> stored_point(const std::string& key) const;
    base::Result<std::string> selected_payload(uint32_t row, const WithPayload& with_payload) const;
    base::Result<std::vector<ReplyVector>> vectors(uint32_t row,
                                                   const WithVectors& with_vectors) const;

    const Services& services_;
    const Collection& collection_;
    const ShardView& shard_;
    const KeyOverlay* const own_keys_;
    ReplyMemory memory_;  // null: no budget
};

}  // namespace grape::engine
