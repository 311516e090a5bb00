// Sets of rows as views follow one another, against a walk over all rows.
#include "core/engine/row_sets.h"

#include <gtest/gtest.h>

#include <random>

namespace grape::engine {
namespace {

using index::CommitInterval;
using index::RowBitset;

// Rows of another table, as files would hold them.
class FrozenRows final : public RowBase {
  public:
    explicit FrozenRows(RowTable table) : table_(std::move(table)) {}
    uint32_t high() const override { return table_.high(); }
    void fill(uint32_t leaf, RowLeaf& out) const override { out = table_.leaf(leaf); }
    bool alive(uint32_t row) const override { return table_.alive(row); }
    base::PointId id(uint32_t row) const override { return table_.id(row); }
    uint64_t version(uint32_t row) const override { return table_.version(row); }
    uint64_t key_commit(uint32_t row) const override { return table_.key_commit(row); }
    Place place(uint32_t row, uint32_t vector) const override { return table_.place(row, vector); }

  private:
    const RowTable table_;
};

RowBitset walk(const RowTable& rows, std::optional<CommitInterval> interval) {
    RowBitset out(rows.high());
    for (uint32_t row = 0; row < rows.high(); ++row) {
        const bool wanted = !interval || interval->contains(rows.key_commit(row));
        if (rows.alive(row) && wanted) out.set(row);
    }
    return out;
}

struct State {
    RowTable rows{1};
    RowSetCache sets;
};

class Writer {
  public:
    explicit Writer(uint64_t seed) : random_(seed) {}
    uint64_t below(uint64_t end) { return random_() % end; }

    // One commit: some rows come, change or go.
    void change(RowTable& rows, uint64_t edit) {
        ++commit;
        for (uint64_t i = 1 + below(6); i > 0; --i) {
            const auto row = static_cast<uint32_t>(below(1500));
            if (!rows.alive(row)) {
                rows.insert(row, base::PointId::number(row), edit);
            } else if (below(3) == 0) {
                rows.remove(row, edit);
                continue;
            }
            rows.set_key_commit(row, commit, edit);
        }
    }

    uint64_t commit = 0;

  private:
    std::mt19937_64 random_;
};

TEST(RowSetCache, agrees_with_a_walk_in_every_view) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        Writer writer(seed);
        std::vector<std::unique_ptr<State>> views;
        views.push_back(std::make_unique<State>());
        const auto check = [&](const State& state, bool published) {
            const CommitInterval interval{writer.below(writer.commit + 1) / 10 * 10,
                                          writer.below(2) == 0 ? UINT64_MAX : writer.commit};
            ASSERT_EQ(state.sets.live(state.rows, published), walk(state.rows, std::nullopt));
            ASSERT_EQ(state.sets.written_in(interval, state.rows, published),
                      walk(state.rows, interval));
        };
        for (int round = 0; round < 200; ++round) {
            auto next = std::make_unique<State>(*views.back());
            const uint64_t edit = base::next_edit();
            writer.change(next->rows, edit);
            if (writer.below(4) == 0) {
                // An edit looks in the middle, as an update by filter does, and goes on.
                const State middle = *next;
                check(middle, false);
                writer.change(next->rows, edit);
            }
            if (writer.below(40) == 0) {
                const uint32_t live = next->rows.live();
                next->rows.reset(std::make_shared<FrozenRows>(next->rows), live);
            }
            if (writer.below(10) == 0) continue;  // the request failed
            views.push_back(std::move(next));
            if (writer.below(3) != 0) check(*views.back(), true);
            if (writer.below(5) == 0) check(*views[writer.below(views.size())], true);
            if (HasFatalFailure()) return;
        }
    }
}

TEST(RowSetCache, gives_the_same_set_again) {
    Writer writer(1);
    State state;
    writer.change(state.rows, base::next_edit());
    const RowBitset& live = state.sets.live(state.rows, true);
    EXPECT_EQ(&state.sets.live(state.rows, true), &live);
    EXPECT_GT(state.sets.heap_bytes(), 0u);
    const State copy = state;
    EXPECT_EQ(copy.sets.heap_bytes(), 0u);
}

TEST(RowSetCache, keeps_no_files) {
    State state;
    RowTable rows(1);
    rows.insert(3, base::PointId::number(3), base::next_edit());
    std::weak_ptr<const RowBase> base;
    {
        auto frozen = std::make_shared<const FrozenRows>(rows);
        base = frozen;
        State with = state;
        with.rows.reset(std::move(frozen), 1);
        EXPECT_EQ(with.sets.live(with.rows, true).count(), 1u);
    }
    EXPECT_TRUE(base.expired());
    EXPECT_EQ(state.sets.live(state.rows, true).count(), 0u);
}

}  // namespace
}  // namespace grape::engine
