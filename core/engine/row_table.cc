#include "core/engine/row_table.h"

#include <algorithm>

namespace grape::engine {
namespace {

uint32_t leaf_of(uint32_t row) {
    return row / RowLeaf::kRows;
}
uint32_t slot_of(uint32_t row) {
    return row % RowLeaf::kRows;
}

}  // namespace

bool RowTable::alive(uint32_t row) const {
    if (const RowLeaf* leaf = overlay_.find(leaf_of(row)))
        return (leaf->alive >> slot_of(row) & 1) != 0;
    return base_ != nullptr && row < base_->high() && base_->alive(row);
}

base::PointId RowTable::id(uint32_t row) const {
    if (const RowLeaf* leaf = overlay_.find(leaf_of(row))) return leaf->ids[slot_of(row)];
    return base_ != nullptr && row < base_->high() ? base_->id(row) : base::PointId();
}

uint64_t RowTable::version(uint32_t row) const {
    if (const RowLeaf* leaf = overlay_.find(leaf_of(row))) return leaf->versions[slot_of(row)];
    return base_ != nullptr && row < base_->high() ? base_->version(row) : 0;
}

uint64_t RowTable::key_commit(uint32_t row) const {
    if (const RowLeaf* leaf = overlay_.find(leaf_of(row))) return leaf->key_commits[slot_of(row)];
    return base_ != nullptr && row < base_->high() ? base_->key_commit(row) : 0;
}

Place RowTable::place(uint32_t row, uint32_t vector) const {
    if (const RowLeaf* leaf = overlay_.find(leaf_of(row))) {
        return leaf->places[size_t{slot_of(row)} * vectors_ + vector];
    }
    return base_ != nullptr && row < base_->high() ? base_->place(row, vector) : Place();
}

RowLeaf& RowTable::own(uint32_t row, uint64_t edit) {
    const uint32_t index = leaf_of(row);
    const RowLeaf* found = overlay_.find(index);
    // Made under this edit: no other table shares it.
    if (found != nullptr && found->edit == edit) return const_cast<RowLeaf&>(*found);
    auto copy = std::make_shared<RowLeaf>(leaf(index));
    copy->edit = edit;
    RowLeaf& out = *copy;
    overlay_.set(index, std::move(copy), edit);
    return out;
}

void RowTable::insert(uint32_t row, const base::PointId& id, uint64_t edit) {
    RowLeaf& leaf = own(row, edit);
    const uint32_t slot = slot_of(row);
    GRAPE_DCHECK((leaf.alive >> slot & 1) == 0);
    leaf.alive |= uint64_t{1} << slot;
    leaf.ids[slot] = id;
    std::fill_n(leaf.places.begin() + static_cast<std::ptrdiff_t>(size_t{slot} * vectors_),
                vectors_, Place());
    high_ = std::max(high_, row + 1);
    ++live_;
}

void RowTable::remove(uint32_t row, uint64_t edit) {
    RowLeaf& leaf = own(row, edit);
    const uint32_t slot = slot_of(row);
    GRAPE_DCHECK((leaf.alive >> slot & 1) != 0);
    leaf.alive &= ~(uint64_t{1} << slot);
    leaf.ids[slot] = base::PointId();
    std::fill_n(leaf.places.begin() + static_cast<std::ptrdiff_t>(size_t{slot} * vectors_),
                vectors_, Place());
    --live_;
}

void RowTable::set_version(uint32_t row, uint64_t version, uint64_t edit) {
    own(row, edit).versions[slot_of(row)] = version;
}

void RowTable::set_key_commit(uint32_t row, uint64_t commit, uint64_t edit) {
    own(row, edit).key_commits[slot_of(row)] = commit;
}

void RowTable::set_place(uint32_t row, uint32_t vector, Place place, uint64_t edit) {
    own(row, edit).places[size_t{slot_of(row)} * vectors_ + vector] = place;
}

void RowTable::reset(std::shared_ptr<const RowBase> base, uint32_t live) {
    base_ = std::move(base);
    overlay_ = {};
    high_ = base_ == nullptr ? 0 : base_->high();
    live_ = live;
}

void RowTable::adopt_leaf(uint32_t leaf, std::shared_ptr<const RowLeaf> rows, uint64_t edit) {
    overlay_.set(leaf, std::move(rows), edit);
}

RowLeaf RowTable::leaf(uint32_t index) const {
    if (const RowLeaf* found = overlay_.find(index)) return *found;
    RowLeaf out(vectors_);
    if (base_ != nullptr && index * RowLeaf::kRows < base_->high()) base_->fill(index, out);
    return out;
}

}  // namespace grape::engine
