// RowTable: what a shard knows of each row: id, whether it is alive, version, the commit of its key
// in `points`, and the place of each of its vectors. A persistent structure: leaves of 64 rows in a
// radix tree over the shard's row files (row_file.h); a view holds one, copies cost two pointers.
//
// Invariants:
//  1. A place names a run of the same view and a position in it that belongs to this row.
//  2. A position of a run is current exactly when its row is alive and has it as its place.
// Threads: one that is not being changed may be read by any thread; copies are independent.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/point_id.h"
#include "core/base/radix.h"

namespace grape::engine {

struct Place {
    uint32_t run = 0;  // 0: the row has no such vector
    uint32_t position = 0;
    bool none() const { return run == 0; }
    friend bool operator==(const Place&, const Place&) = default;
};

struct RowLeaf {
    static constexpr uint32_t kRows = 64;
    explicit RowLeaf(uint32_t vectors) : places(size_t{kRows} * vectors) {}

    uint64_t edit = 0;
    uint64_t alive = 0;  // a bit a row
    std::array<base::PointId, kRows> ids;
    std::array<uint64_t, kRows> versions{};
    std::array<uint64_t, kRows> key_commits{};
    std::vector<Place> places;  // [row in leaf * vectors + vector]
};

// The rows that files hold. Implemented by row_file.cc.
class RowBase {
  public:
    virtual ~RowBase() = default;
    virtual uint32_t high() const = 0;  // rows below may be here
    virtual void fill(uint32_t leaf, RowLeaf& out) const = 0;
    virtual bool alive(uint32_t row) const = 0;
    virtual base::PointId id(uint32_t row) const = 0;
    virtual uint64_t version(uint32_t row) const = 0;
    virtual uint64_t key_commit(uint32_t row) const = 0;
    virtual Place place(uint32_t row, uint32_t vector) const = 0;
};

class RowTable {
  public:
    explicit RowTable(uint32_t vectors) : vectors_(vectors) {}

    uint32_t vectors() const { return vectors_; }
    uint32_t high() const { return high_; }  // first row that was never used
    uint32_t live() const { return live_; }

    bool alive(uint32_t row) const;
    base::PointId id(uint32_t row) const;
    uint64_t version(uint32_t row) const;
    uint64_t key_commit(uint32_t row) const;
    Place place(uint32_t row, uint32_t vector) const;

    // Changes, under an edit number (core/base/radix.h).
    void insert(uint32_t row, const base::PointId& id, uint64_t edit);
    void remove(uint32_t row, uint64_t edit);
    void set_version(uint32_t row, uint64_t version, uint64_t edit);
    void set_key_commit(uint32_t row, uint64_t commit, uint64_t edit);
    void set_place(uint32_t row, uint32_t vector, Place place, uint64_t edit);

    // Rows below `high` count as used, whether they are alive or not.
    void raise_high(uint32_t high) { high_ = std::max(high_, high); }

    // The leaves that differ from the files.
    const base::Radix<RowLeaf>& overlay() const { return overlay_; }
    const std::shared_ptr<const RowBase>& base() const { return base_; }
    // A table over `base` with `live` rows, before any change.
    void reset(std::shared_ptr<const RowBase> base, uint32_t live);
    // Puts a leaf into the overlay as it is (registration of new row files).
    void adopt_leaf(uint32_t leaf, std::shared_ptr<const RowLeaf> rows, uint64_t edit);
    // The whole leaf, from the overlay or the files.
    RowLeaf leaf(uint32_t index) const;

  private:
    RowLeaf& own(uint32_t row, uint64_t edit);

    uint32_t vectors_;
    uint32_t high_ = 0;
    uint32_t live_ = 0;
    std::shared_ptr<const RowBase> base_;
    base::Radix<RowLeaf> overlay_;
};

}  // namespace grape::engine
