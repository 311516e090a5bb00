// What the tests of field indexes share: payloads from JSON, tails, runs in blob files in memory.
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/payload.h"
#include "core/index/field/field_run.h"
#include "storage/disk.h"

namespace grape::index {

inline std::string payload_of(std::string_view json) {
    const auto tree = base::parse_json(json);
    EXPECT_TRUE(tree.ok()) << json;
    return base::encode_payload_value(*tree);
}

inline base::JsonPath path_of(std::string_view text) {
    auto path = base::JsonPath::parse(text, "key");
    EXPECT_TRUE(path.ok());
    return std::move(path).value();
}

inline FieldType type_of(FieldKind kind, bool ordered = false) {
    FieldType type{kind, ordered, nullptr};
    if (kind == FieldKind::text) {
        TextOptions options;
        options.phrase_matching = ordered;
        type.tokenizer = *Tokenizer::make(options);
    }
    return type;
}

inline FieldValues values_of(std::string_view json, const FieldType& type,
                             std::string_view path = "f") {
    FieldValues out;
    const std::string payload = payload_of(json);
    extract_field(base::PayloadView(payload), path_of(path), type, out);
    return out;
}

inline std::vector<std::string> keys_of(const FieldValues& values) {
    std::vector<std::string> out;
    for (size_t i = 0; i < values.size(); ++i) out.emplace_back(values[i]);
    return out;
}

// Rows 0, 1, 2... of commits 1, 2, 3..., each with a payload {"f": ...}.
inline std::shared_ptr<FieldTail> make_tail(const FieldType& type,
                                            const std::vector<std::string>& fields) {
    auto tail = std::make_shared<FieldTail>(type);
    for (uint32_t i = 0; i < fields.size(); ++i) {
        tail->put(i, i, i + 1, values_of("{\"f\":" + fields[i] + "}", type));
    }
    return tail;
}

// Blob files in memory, with one section each.
class FieldFiles {
  public:
    struct Section {
        std::shared_ptr<storage::Blob> blob;
        FieldPlace place;
    };
    template <typename Write>
    Section write(Write write) {
        auto writer = create();
        EXPECT_TRUE(writer->append(base::as_bytes("before")).ok());
        const base::Result<FieldPlace> place = write(*writer);
        EXPECT_TRUE(place.ok()) << place.status().to_string();
        return {finish(*writer), place.ok() ? *place : FieldPlace{}};
    }
    Section write(const FieldTail& tail, uint32_t length, CommitInterval interval,
                  const EntryTest& test = {}) {
        return write([&](storage::BlobWriter& out) {
            return write_field_run(out, interval, tail, length, test);
        });
    }
    std::shared_ptr<storage::Blob> write_raw(std::string_view content) {
        auto writer = create();
        EXPECT_TRUE(writer->append(base::as_bytes(content)).ok());
        return finish(*writer);
    }
    std::shared_ptr<const FieldRun> open(const Section& section, const FieldType& type) {
        auto run = FieldRun::open(section.blob, section.place, type, ++last_run_);
        EXPECT_TRUE(run.ok()) << run.status().to_string();
        if (!run.ok()) return nullptr;
        const base::Status verified = (*run)->verify();
        EXPECT_TRUE(verified.ok()) << verified.to_string();
        return *run;
    }

  private:
    std::unique_ptr<storage::BlobWriter> create() {
        auto writer = blobs_->create(++last_number_, storage::BlobKind::vectors);
        EXPECT_TRUE(writer.ok());
        return std::move(writer).value();
    }
    std::shared_ptr<storage::Blob> finish(storage::BlobWriter& writer) {
        const auto identity = writer.finish();
        EXPECT_TRUE(identity.ok());
        auto blob = blobs_->open(*identity, storage::BlobKind::vectors, storage::Placement::pinned);
        EXPECT_TRUE(blob.ok());
        return std::move(blob).value();
    }
    std::unique_ptr<storage::BlobStore> blobs_ = storage::make_memory_blob_store();
    uint64_t last_number_ = 0, last_run_ = 0;
};

// The rows that a source names, each with how often; every entry must have this interval.
inline std::map<uint32_t, int> found_rows(const FieldSource& source, const FieldLookup& lookup) {
    std::map<uint32_t, int> out;
    const base::Status found =
        source.find(lookup, [&](std::span<const uint32_t> rows, CommitInterval) {
            for (const uint32_t row : rows) ++out[row];
        });
    EXPECT_TRUE(found.ok()) << found.to_string();
    return out;
}

inline std::vector<uint32_t> rows_of(const FieldSource& source, const FieldLookup& lookup) {
    std::vector<uint32_t> out;
    for (const auto& [row, times] : found_rows(source, lookup)) out.push_back(row);
    return out;
}

}  // namespace grape::index
