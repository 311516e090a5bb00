#include "core/engine/row_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace grape::engine {
namespace {

constexpr uint32_t kVectors = 2;

struct Row {
    uint64_t id = 0, version = 0, key_commit = 0;
    std::array<Place, kVectors> places{};
    friend bool operator==(const Row&, const Row&) = default;
};
using Rows = std::map<uint32_t, Row>;

Rows content(const RowTable& table) {
    Rows out;
    for (uint32_t row = 0; row < table.high(); ++row) {
        if (!table.alive(row)) {
            EXPECT_EQ(table.id(row).kind(), base::IdKind::none);
            for (uint32_t v = 0; v < kVectors; ++v) EXPECT_TRUE(table.place(row, v).none());
            continue;
        }
        Row& each = out[row];
        each.id = table.id(row).as_number();
        each.version = table.version(row);
        each.key_commit = table.key_commit(row);
        for (uint32_t v = 0; v < kVectors; ++v) each.places[v] = table.place(row, v);
    }
    EXPECT_EQ(table.live(), out.size());
    return out;
}

// A table in memory as the base of another.
class TableBase final : public RowBase {
  public:
    explicit TableBase(RowTable table) : table_(std::move(table)) {}
    uint32_t high() const override { return table_.high(); }
    void fill(uint32_t leaf, RowLeaf& out) const override {
        const uint64_t edit = out.edit;
        out = table_.leaf(leaf);
        out.edit = edit;
    }
    bool alive(uint32_t row) const override { return table_.alive(row); }
    base::PointId id(uint32_t row) const override { return table_.id(row); }
    uint64_t version(uint32_t row) const override { return table_.version(row); }
    uint64_t key_commit(uint32_t row) const override { return table_.key_commit(row); }
    Place place(uint32_t row, uint32_t vector) const override { return table_.place(row, vector); }

  private:
    const RowTable table_;
};

TEST(RowTable, is_empty_at_first) {
    const RowTable table(kVectors);
    EXPECT_EQ(table.high(), 0u);
    EXPECT_EQ(table.live(), 0u);
    EXPECT_FALSE(table.alive(0));
    EXPECT_FALSE(table.alive(UINT32_MAX));
    EXPECT_TRUE(table.place(7, 1).none());
}

TEST(RowTable, a_row_given_again_has_no_places_of_the_one_before) {
    RowTable table(kVectors);
    const uint64_t edit = base::next_edit();
    table.insert(5, base::PointId::number(1), edit);
    table.set_place(5, 0, {3, 4}, edit);
    table.remove(5, edit);
    EXPECT_EQ(table.high(), 6u);
    table.insert(5, base::PointId::number(2), edit);
    EXPECT_TRUE(table.place(5, 0).none());
    EXPECT_EQ(table.id(5).as_number(), 2u);
}

TEST(RowTable, high_counts_rows_that_were_never_alive) {
    RowTable table(kVectors);
    table.raise_high(100);
    table.raise_high(50);
    EXPECT_EQ(table.high(), 100u);
    EXPECT_TRUE(content(table).empty());
}

TEST(RowTable, leaves_show_their_rows) {
    RowTable table(kVectors);
    const uint64_t edit = base::next_edit();
    table.insert(64, base::PointId::number(7), edit);
    table.insert(127, base::PointId::number(8), edit);
    const RowLeaf leaf = table.leaf(1);
    EXPECT_EQ(leaf.alive, uint64_t{1} | uint64_t{1} << 63);
    EXPECT_EQ(leaf.ids[63].as_number(), 8u);
    EXPECT_EQ(table.leaf(0).alive, 0u);
    EXPECT_EQ(table.leaf(99).alive, 0u);
}

// Versions of a table over a base, each compared with a map, also long after later changes.
TEST(RowTable, every_version_stays_as_it_was) {
    for (uint64_t seed = 1; seed <= 15; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        std::vector<std::pair<RowTable, Rows>> versions{{RowTable(kVectors), {}}};
        for (int round = 0; round < 30; ++round) {
            auto [table, rows] = versions[random() % versions.size()];
            if (random() % 6 == 0) {
                // What was in the overlay goes into the base.
                const RowTable before = table;
                table.reset(std::make_shared<TableBase>(before), before.live());
                ASSERT_TRUE(table.overlay().empty());
            }
            const uint64_t edit = base::next_edit();
            for (uint64_t i = 0, changes = random() % 60; i < changes; ++i) {
                const auto row = static_cast<uint32_t>(random() % 300);
                const auto found = rows.find(row);
                if (found == rows.end()) {
                    rows[row] = {random(), random(), random(), {}};
                    table.insert(row, base::PointId::number(rows[row].id), edit);
                    table.set_version(row, rows[row].version, edit);
                    table.set_key_commit(row, rows[row].key_commit, edit);
                } else if (random() % 4 == 0) {
                    rows.erase(found);
                    table.remove(row, edit);
                } else {
                    const auto vector = static_cast<uint32_t>(random() % kVectors);
                    const Place place{static_cast<uint32_t>(random()), 7};
                    found->second.places[vector] = place;
                    table.set_place(row, vector, place, edit);
                }
            }
            ASSERT_EQ(content(table), rows);
            versions.emplace_back(std::move(table), std::move(rows));
        }
        for (const auto& [table, rows] : versions) ASSERT_EQ(content(table), rows);
    }
}

TEST(RowTable, the_overlay_is_what_differs_from_the_base) {
    RowTable table(kVectors);
    const uint64_t edit = base::next_edit();
    for (uint32_t row = 0; row < 640; ++row) {
        table.insert(row, base::PointId::number(row), edit);
    }
    RowTable over(kVectors);
    over.reset(std::make_shared<TableBase>(table), table.live());
    EXPECT_EQ(over.high(), 640u);
    EXPECT_EQ(over.live(), 640u);
    over.set_version(70, 9, base::next_edit());
    over.set_version(71, 9, base::next_edit());
    EXPECT_EQ(over.overlay().size(), 1u);
    EXPECT_EQ(over.id(70).as_number(), 70u);
    EXPECT_EQ(table.version(70), 0u);
    // A leaf that is put in whole.
    auto leaf = std::make_shared<RowLeaf>(over.leaf(3));
    leaf->versions[0] = 77;
    over.adopt_leaf(3, leaf, base::next_edit());
    EXPECT_EQ(over.version(192), 77u);
}

}  // namespace
}  // namespace grape::engine
