#include "core/engine/direct_file.h"

#include <algorithm>

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// With conditions a point may come twice, and a place must not change while the file is open.
bool is_conditional(const UpsertPoints& operation) {
    return std::any_of(operation.points.begin(), operation.points.end(),
                       [](const PointInput& point) { return point.if_version.has_value(); });
}

// By vector.
std::vector<uint64_t> bytes_of(const Collection& collection, const UpsertPoints& operation) {
    std::vector<uint64_t> bytes(collection.vectors());
    for (const PointInput& point : operation.points) {
        for (const NamedVector& each : point.vectors) {
            const uint32_t number = *collection.find_vector(each.name);
            bytes[number] += collection.row_bytes(number);
        }
    }
    return bytes;
}

}  // namespace

uint64_t direct_bytes(const Sizes& sizes, const Collection& collection,
                      const UpsertPoints& operation) {
    if (is_conditional(operation)) return 0;
    uint64_t direct = 0;
    for (const uint64_t bytes : bytes_of(collection, operation)) {
        if (bytes >= sizes.direct_file_bytes) direct += bytes;
    }
    return direct;
}

DirectFiles::DirectFiles(CommitEdit& edit, ShardEdit& shard, const UpsertPoints& operation,
                         bool single)
    : edit_(edit), shard_(shard), files_(shard.collection->vectors()) {
    if (!single || !edit.alone() || is_conditional(operation)) return;
    const std::vector<uint64_t> bytes = bytes_of(*shard.collection, operation);
    for (uint32_t number = 0; number < files_.size(); ++number) {
        files_[number].direct = bytes[number] >= edit.services().sizes.direct_file_bytes;
        if (files_[number].direct) files_[number].run_id = shard.view->next_run_id++;
    }
}

void DirectFiles::add(uint32_t vector, uint32_t row, const VectorData& data) {
    File& file = files_[vector];
    ShardView& view = *shard_.view;
    view.hide(vector, view.rows.place(row, vector), edit_.edit());
    const Place place{file.run_id, static_cast<uint32_t>(file.entries.size())};
    view.rows.set_place(row, vector, place, edit_.edit());
    file.entries.push_back({row, edit_.commit()});
    file.data.push_back(&data);
    shard_.change.vectors.push_back(row);
}

Status DirectFiles::write() {
    for (uint32_t number = 0; number < files_.size(); ++number) {
        if (files_[number].direct) GRAPE_TRY(write_one(number, files_[number]));
    }
    return {};
}

Status DirectFiles::write_one(uint32_t vector, File& file) {
    Services& services = edit_.services();
    const Collection& collection = *shard_.collection;
    const storage::VectorRecord& record = collection.vector(vector);
    const index::SectionShape shape = collection.section_shape(vector);
    const uint64_t file_number = services.next_file_number();
    GRAPE_ASSIGN(const std::unique_ptr<storage::BlobWriter> out,
                 services.blobs->create(file_number, storage::BlobKind::vectors));
    VectorReader reader;
    std::vector<uint8_t> stored(shape.row_bytes);
    const auto next = [&](uint32_t position) -> Result<base::Bytes> {
        vector::encode(reader.floats(*file.data[position]), record.datatype, record.distance,
                       stored.data());
        return base::Bytes(stored);
    };
    GRAPE_ASSIGN(const index::SectionPlace place,
                 index::write_section(*out, shape, file.entries, {}, next));
    GRAPE_ASSIGN(const storage::BlobIdentity identity, out->finish());
    edit_.add_file(file_number);
    GRAPE_ASSIGN(std::shared_ptr<storage::Blob> blob,
                 services.files->open(identity, storage::BlobKind::vectors, record.placement));
    GRAPE_ASSIGN(const std::shared_ptr<index::DenseFile> run,
                 index::DenseFile::open(std::move(blob), place, shape, file.run_id));
    shard_.view->vectors[vector].add_file({run, run->count(), {}});
    const storage::RunRecord registered{identity,    place.offset, place.length,
                                        file.run_id, run->count(), edit_.commit()};
    edit_.batch().put(storage::run_key(shard_.change.shard, vector, file.run_id),
                      storage::encode(registered));
    return {};
}

}  // namespace grape::engine
