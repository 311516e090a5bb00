#include "core/engine/verify_fields.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

constexpr uint64_t kPageBytes = 4096;

class FieldVerifier {
  public:
    FieldVerifier(const ShardReader& reader, const std::function<void(const std::string&)>& problem,
                  VerifyReply& out)
        : reader_(reader), problem_(problem), out_(out) {}

    void walk(const Collection::Field& schema) {
        const FieldRuns* runs = reader_.shard().field(schema.number);
        if (runs == nullptr) return say(schema, "the index is missing");
        uint64_t end = 0;
        for (const auto& run : runs->runs) {
            check(schema, run->verify());
            check(schema, run->section().blob().verify());
            if (run->interval().low != end) say(schema, "its runs leave out commits");
            end = run->interval().high;
            ++out_.files;
            out_.pages += run->section().blob().identity().size_bytes / kPageBytes;
        }
        const query::FieldIndex* index = reader_.rows().field(schema.path);
        const RowTable& rows = reader_.shard().rows;
        for (uint32_t row = 0; row < rows.high(); ++row) {
            if (!rows.alive(row) || rows.key_commit(row) <= index->covered_after) continue;
            check(schema, walk_row(schema, *index, row));
        }
    }

  private:
    // The entry of a row says what its payload says, and there is one.
    Status walk_row(const Collection::Field& schema, const query::FieldIndex& index, uint32_t row) {
        GRAPE_ASSIGN(const std::string payload, reader_.points().payload(row));
        extract_field(base::PayloadView(payload), schema.path, schema.type, wanted_);
        const uint64_t commit = reader_.shard().rows.key_commit(row);
        size_t entries = 0;
        for (const auto& source : index.sources) {
            GRAPE_ASSIGN(const bool found, source->read(row, commit, stored_));
            entries += found ? 1 : 0;
            if (found && !same()) {
                say(schema, base::cat("row ", row, " has other values than its payload"));
            }
        }
        if (entries != 1) say(schema, base::cat("row ", row, " has ", entries, " entries"));
        return {};
    }
    bool same() const {
        if (!(wanted_.facts == stored_.facts) || wanted_.size() != stored_.size()) return false;
        for (size_t i = 0; i < wanted_.size(); ++i) {
            if (wanted_[i] != stored_[i]) return false;
        }
        return true;
    }
    void check(const Collection::Field& schema, const Status& status) {
        if (!status.ok()) say(schema, status.to_string());
    }
    void say(const Collection::Field& schema, const std::string& text) {
        problem_(base::cat("collection '", reader_.collection().name(), "': the index of '",
                           schema.path.to_string(), "': ", text));
    }

    const ShardReader& reader_;
    const std::function<void(const std::string&)>& problem_;
    VerifyReply& out_;
    index::FieldValues wanted_, stored_;
};

}  // namespace

void verify_fields(const ShardReader& reader,
                   const std::function<void(const std::string&)>& problem, VerifyReply& out) {
    FieldVerifier verifier(reader, problem, out);
    for (const Collection::Field& schema : reader.collection().fields()) verifier.walk(schema);
}

}  // namespace grape::engine
