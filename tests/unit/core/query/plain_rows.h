// PlainRows: rows as queries ask for them, over plain vectors: no views, no store. Payload-field
// indexes are the real ones: tails that grow with each write, and runs in memory that seal() makes
// of them. Threads: one.
#pragma once

#include <map>
#include <set>

#include "core/query/row_filter.h"
#include "tests/unit/core/index/field/field_fixture.h"

namespace grape::query {

class PlainRows final : public RowSource {
  public:
    struct Row {
        bool alive = false;
        base::PointId id;
        uint64_t written = 0;
        std::string payload;
        std::set<std::string, std::less<>> vectors;
    };

    // --- changes; publish() makes them visible ---

    // One commit.
    void put(uint32_t row, const base::PointId& id, std::string_view json,
             std::set<std::string, std::less<>> vectors = {}) {
        if (rows_.size() <= row) rows_.resize(row + 1);
        rows_[row] = {true, id, ++commit_, index::payload_of(json), std::move(vectors)};
        for (auto& [path, index] : indexes_) append(index, row);
    }
    void remove(uint32_t row) {
        ++commit_;
        rows_[row].alive = false;
    }
    // What is there already is not in it, until seal().
    void add_index(std::string_view path, const index::FieldType& type) {
        Index index;
        index.path = index::path_of(path);
        index.type = type;
        index.tail = std::make_shared<index::FieldTail>(type);
        index.covered_after = live_count() == 0 ? 0 : commit_;
        indexes_[index.path.to_string()] = std::move(index);
    }
    void drop_index(std::string_view path) { indexes_.erase(index::path_of(path).to_string()); }
    // The tail becomes a run; `all` keeps entries that are not current any more.
    void seal(std::string_view path, bool all) {
        Index& index = indexes_.at(index::path_of(path).to_string());
        if (index.covered_after != 0) cover(index);
        const auto current = [this](uint32_t row, index::CommitInterval interval) {
            return rows_[row].alive && interval.contains(rows_[row].written);
        };
        const index::CommitInterval interval{index.low, commit_};
        const auto section =
            files_.write(*index.tail, index.length, interval, all ? index::EntryTest() : current);
        index.runs.push_back(files_.open(section, index.type));
        index.low = commit_;
        index.tail = std::make_shared<index::FieldTail>(index.type);
        index.length = 0;
    }
    // The indexes do not know what was written after `commit`, as in a transaction; what is in runs
    // they know.
    void forget_after(uint64_t commit) {
        for (const auto& [path, index] : indexes_) commit = std::max(commit, index.low);
        covered_until_ = commit;
    }
    void publish() {
        fields_.clear();
        for (const auto& [path, index] : indexes_) {
            FieldIndex& out = fields_[path];
            out.type = index.type;
            out.covered_after = index.covered_after;
            out.covered_until = covered_until_;
            out.sources.assign(index.runs.begin(), index.runs.end());
            uint32_t length = index.length;
            while (length > 0 && index.tail->entry(length - 1).commit > covered_until_) --length;
            out.sources.push_back(std::make_shared<index::FieldTailView>(index.tail, length));
        }
        written_.clear();
        live_ = where([](const Row&) { return true; });
    }

    // --- what was asked ---

    uint64_t commit() const { return commit_; }
    mutable uint64_t reads = 0;  // of payloads
    base::Status failure;        // of each read

    // --- RowSource ---

    uint32_t high() const override { return static_cast<uint32_t>(rows_.size()); }
    uint32_t live() const override { return live_count(); }
    bool alive(uint32_t row) const override { return row < rows_.size() && rows_[row].alive; }
    base::PointId id(uint32_t row) const override { return rows_[row].id; }
    base::Result<std::optional<uint32_t>> find_row(const base::PointId& id) const override {
        for (uint32_t row = 0; row < rows_.size(); ++row) {
            if (rows_[row].alive && rows_[row].id == id) return std::optional<uint32_t>(row);
        }
        return std::optional<uint32_t>();
    }
    bool has_vector(uint32_t row, std::string_view name) const override {
        return rows_[row].vectors.contains(name);
    }
    base::Result<std::string> payload(uint32_t row) const override {
        ++reads;
        if (!failure.ok()) return failure;
        return rows_[row].payload;
    }
    const index::RowBitset& live_rows() const override { return live_; }
    const index::RowBitset& written_in(index::CommitInterval interval) const override {
        const auto [at, is_new] = written_.try_emplace({interval.low, interval.high});
        if (is_new) {
            at->second = where([&](const Row& row) { return interval.contains(row.written); });
        }
        return at->second;
    }
    uint64_t written_at(uint32_t row) const override { return rows_[row].written; }
    const FieldIndex* field(const base::JsonPath& path) const override {
        const auto found = fields_.find(path.to_string());
        return found == fields_.end() ? nullptr : &found->second;
    }
    const Row& row(uint32_t number) const { return rows_[number]; }

  private:
    struct Index {
        base::JsonPath path;
        index::FieldType type;
        uint64_t covered_after = 0, low = 0;
        std::vector<std::shared_ptr<const index::FieldRun>> runs;
        std::shared_ptr<index::FieldTail> tail;
        uint32_t length = 0;
    };

    void append(Index& index, uint32_t row) {
        index::FieldValues values;
        index::extract_field(base::PayloadView(rows_[row].payload), index.path, index.type, values);
        index.tail->put(index.length++, row, rows_[row].written, values);
    }
    // All rows, in the order of their commits.
    void cover(Index& index) {
        index.tail = std::make_shared<index::FieldTail>(index.type);
        index.length = 0;
        index.covered_after = 0;
        std::map<uint64_t, uint32_t> by_commit;
        for (uint32_t row = 0; row < rows_.size(); ++row) {
            if (rows_[row].alive) by_commit[rows_[row].written] = row;
        }
        for (const auto& [commit, row] : by_commit) append(index, row);
    }
    uint32_t live_count() const {
        uint32_t out = 0;
        for (const Row& each : rows_) out += each.alive ? 1 : 0;
        return out;
    }
    template <typename Wanted>
    index::RowBitset where(Wanted wanted) const {
        index::RowBitset out(high());
        for (uint32_t row = 0; row < high(); ++row) {
            if (rows_[row].alive && wanted(rows_[row])) out.set(row);
        }
        return out;
    }

    std::vector<Row> rows_;
    uint64_t commit_ = 0, covered_until_ = UINT64_MAX;
    std::map<std::string, Index> indexes_;
    std::map<std::string, FieldIndex> fields_;
    index::RowBitset live_;
    mutable std::map<std::pair<uint64_t, uint64_t>, index::RowBitset> written_;
    index::FieldFiles files_;
};

}  // namespace grape::query
