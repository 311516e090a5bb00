#include <algorithm>

#include "core/base/checksum.h"
#include "core/engine/info.h"
#include "core/engine/verify_fields.h"
#include "core/engine/verify_graphs.h"

namespace grape::engine {

using base::Result;
using base::Status;
using storage::Tree;

namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr size_t kProblemsMax = 1000;

class Verifier {
  public:
    Verifier(const Services& services, const View& view)
        : services_(services), store_(*services.store), view_(view) {}
    VerifyReply run();

  private:
    void problem(const std::string& text);
    void check(const Status& status, std::string_view where);
    void walk_keys();
    void walk_commits();
    void walk_logs();
    void walk_collection(const CollectionView& collection);
    void walk_runs(const Collection& collection, const ShardView& shard);
    void walk_row(const Collection& collection, const ShardView& shard, uint32_t row);

    const Services& services_;
    const storage::Store& store_;
    const View& view_;
    VerifyReply out_;
};

void Verifier::problem(const std::string& text) {
    if (out_.problems.size() < kProblemsMax) out_.problems.push_back(text);
}

void Verifier::check(const Status& status, std::string_view where) {
    if (!status.ok()) problem(base::cat(where, ": ", status.to_string()));
}

VerifyReply Verifier::run() {
    walk_keys();
    walk_commits();
    walk_logs();
    view_.state().collections.for_each(
        [&](uint32_t, const std::shared_ptr<const CollectionView>& collection) {
            walk_collection(*collection);
        });
    return std::move(out_);
}

// Every block of the store is read, and its checksums with it.
void Verifier::walk_keys() {
    check(storage::scan(store_, "",
                        [&](std::string_view, std::string_view) {
                            ++out_.keys;
                            return Status();
                        }),
          "store");
}

void Verifier::walk_commits() {
    uint64_t last = 0;
    uint64_t hash = 0;
    check(
        storage::scan(
            store_, storage::tree_prefix(Tree::commits),
            [&](std::string_view, std::string_view value) -> Status {
                GRAPE_ASSIGN(const storage::CommitRecord record, storage::decode_commit(value));
                if (last != 0 && (record.number != last + 1 || record.previous != hash)) {
                    problem(base::cat("commit ", record.number, " does not follow commit ", last));
                }
                last = record.number;
                hash = base::checksum(value);
                ++out_.commits;
                return {};
            }),
        "commits");
}

void Verifier::walk_logs() {
    check(storage::scan(store_, storage::tree_prefix(Tree::logs),
                        [&](std::string_view key, std::string_view value) -> Status {
                            const auto number = storage::parse_log_key(key);
                            if (!number) return Status::make_corrupt("a log key is malformed");
                            GRAPE_ASSIGN(const storage::LogPosition position,
                                         storage::decode_log_position(*number, value));
                            ++out_.files;
                            out_.pages += position.length_bytes / kPageBytes;
                            std::vector<std::string> found;
                            storage::LogScan scan;
                            scan.frame = [](const storage::LogFrame&) { return Status(); };
                            scan.damage = [&](const storage::LogFrame&, const Status& damage) {
                                found.push_back(damage.to_string());
                                return Status();
                            };
                            const Status walked = services_.log->scan(position, scan);
                            if (walked.ok() && found.empty()) return {};
                            // A flush may have let go of the file since the walk began.
                            GRAPE_ASSIGN(const std::optional<std::string> still, store_.get(key));
                            if (!still) return {};
                            for (const std::string& each : found) problem(each);
                            return walked;
                        }),
          "vector log");
}

void Verifier::walk_collection(const CollectionView& view) {
    const Collection& collection = *view.collection;
    const std::string where = base::cat("collection '", collection.name(), "'");
    const Result<std::shared_ptr<const ShardView>> loaded = view.shard->get();
    if (!loaded.ok()) return check(loaded.status(), where);
    const ShardView& shard = **loaded;
    walk_runs(collection, shard);
    if (!shard.fields.empty()) {
        const auto reader = ShardReader::open(services_, view_, collection.name());
        check(reader.status(), where);
        if (reader.ok()) {
            verify_fields(
                **reader, [this](const std::string& text) { problem(text); }, out_);
        }
    }
    uint64_t rows = 0;
    for (uint32_t row = 0; row < shard.rows.high(); ++row) {
        if (!shard.rows.alive(row)) continue;
        ++rows;
        walk_row(collection, shard, row);
    }
    out_.points += rows;
    if (rows != shard.rows.live()) {
        problem(
            base::cat(where, ": ", shard.rows.live(), " points are counted, ", rows, " are there"));
    }
}

void Verifier::walk_runs(const Collection& collection, const ShardView& shard) {
    const std::string where = base::cat("collection '", collection.name(), "'");
    for (uint32_t vector = 0; vector < shard.vectors.size(); ++vector) {
        verify_graph(
            shard.vectors[vector], shard.rows.high(),
            [&](const std::string& text) {
                problem(base::cat(where, ": the graph of vector '", collection.vector(vector).name,
                                  "': ", text));
            },
            out_);
        for (const index::RunView& run : shard.vectors[vector].runs) {
            std::vector<uint32_t> rows(run.length);
            if (!rows.empty()) check(run.run->rows(0, rows), where);
            for (uint32_t position = 0; position < run.length; ++position) {
                const bool claimed =
                    shard.rows.place(rows[position], vector) == Place{run.run->id(), position};
                if (claimed == run.hidden.test(position)) {
                    problem(base::cat(where, ": row ", rows[position],
                                      " and its run disagree about vector '",
                                      collection.vector(vector).name, "'"));
                }
            }
            if (!run.run->in_file()) continue;
            const auto* file = static_cast<const index::DenseFile*>(run.run.get());
            check(file->blob().verify(), where);
            ++out_.files;
            out_.pages += file->blob().identity().size_bytes / kPageBytes;
        }
    }
}

// The point's key is there, names the row's id, and the id leads back to the row.
void Verifier::walk_row(const Collection& collection, const ShardView& shard, uint32_t row) {
    const base::PointId id = shard.rows.id(row);
    const std::string where =
        base::cat("collection '", collection.name(), "', point ", id.to_string());
    const auto stored =
        store_.get(storage::point_key(collection.shard(), row, shard.rows.key_commit(row)));
    if (!stored.ok()) return check(stored.status(), where);
    if (!*stored) return problem(where + ": its key is not in the store");
    const auto value = storage::decode_point(**stored);
    if (!value.ok()) return check(value.status(), where);
    std::string key;
    id.append_key(key);
    if (value->id != key) problem(where + ": its key names another point");
    check(base::validate_payload(value->payload), where);
    const auto entries = store_.get(storage::id_key(collection.shard(), id));
    if (!entries.ok()) return check(entries.status(), where);
    const auto decoded =
        storage::decode_id_entries(*entries ? std::string_view(**entries) : std::string_view());
    const bool leads_back =
        decoded.ok() && std::any_of(decoded->begin(), decoded->end(),
                                    [&](const storage::IdEntry& e) { return e.row == row; });
    if (!leads_back) problem(where + ": its id does not lead to it");
}

}  // namespace

Result<VerifyReply> verify(const Services& services, const View& view) {
    return Verifier(services, view).run();
}

}  // namespace grape::engine
