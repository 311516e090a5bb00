#include "core/engine/run_records.h"

namespace grape::engine {

using base::Status;

Status remove_run_records(CommitEdit& edit, storage::ShardKey shard, uint32_t index,
                          std::set<uint64_t>* files) {
    return storage::scan(*edit.services().store, storage::shard_prefix(storage::Tree::runs, shard),
                         [&](std::string_view raw_key, std::string_view value) -> Status {
                             const auto key = storage::parse_run_key(raw_key);
                             if (!key || key->index != index) return {};
                             GRAPE_ASSIGN(const storage::RunRecord record,
                                          storage::decode_run(value));
                             files->insert(record.blob.file_number);
                             edit.batch().remove(raw_key);
                             return {};
                         });
}

}  // namespace grape::engine
