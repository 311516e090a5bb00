#include "core/engine/row_file.h"

#include <gtest/gtest.h>

#include <random>

#include "core/base/bytes.h"
#include "storage/disk.h"

namespace grape::engine {
namespace {

using base::Code;

constexpr uint32_t kVectors = 2;

base::PointId random_id(std::mt19937_64& random) {
    if (random() % 3 == 0) return base::PointId::number(random());
    if (random() % 2 == 0) {
        base::UuidBytes bytes;
        for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
        return base::PointId::uuid(bytes);
    }
    std::string text;
    for (uint64_t i = 0, size = 1 + random() % 255; i < size; ++i) {
        text.push_back(static_cast<char>('a' + random() % 26));
    }
    return base::PointId::from_text(text).value();
}

void change_rows(RowTable& table, std::mt19937_64& random, uint32_t range, int count) {
    const uint64_t edit = base::next_edit();
    for (int i = 0; i < count; ++i) {
        const auto row = static_cast<uint32_t>(random() % range);
        if (table.alive(row) && random() % 3 == 0) {
            table.remove(row, edit);
            continue;
        }
        if (!table.alive(row)) table.insert(row, random_id(random), edit);
        table.set_version(row, random(), edit);
        table.set_key_commit(row, random(), edit);
        table.set_place(row, static_cast<uint32_t>(random() % kVectors),
                        {1 + static_cast<uint32_t>(random() % 5), static_cast<uint32_t>(random())},
                        edit);
    }
}

void expect_equal(const RowTable& found, const RowTable& expected) {
    ASSERT_EQ(found.high(), expected.high());
    ASSERT_EQ(found.live(), expected.live());
    for (uint32_t row = 0; row < expected.high(); ++row) {
        ASSERT_EQ(found.alive(row), expected.alive(row)) << row;
        ASSERT_EQ(found.id(row), expected.id(row)) << row;
        for (uint32_t v = 0; v < kVectors; ++v) {
            ASSERT_EQ(found.place(row, v), expected.place(row, v)) << row;
        }
        if (!expected.alive(row)) continue;
        ASSERT_EQ(found.version(row), expected.version(row)) << row;
        ASSERT_EQ(found.key_commit(row), expected.key_commit(row)) << row;
    }
}

class RowFileTest : public testing::Test {
  public:
    std::shared_ptr<storage::Blob> write(const RowTable& table,
                                         const std::vector<uint32_t>& chunks) {
        auto out = blobs_->create(++last_, storage::BlobKind::rows);
        EXPECT_TRUE(write_row_file(**out, table, chunks).ok());
        return finish(**out);
    }
    std::shared_ptr<storage::Blob> write_raw(std::string_view content) {
        auto out = blobs_->create(++last_, storage::BlobKind::rows);
        EXPECT_TRUE((*out)->append(base::as_bytes(content)).ok());
        return finish(**out);
    }
    static std::string content_of(const storage::Blob& blob) {
        return std::string(base::as_text(blob.read(0, blob.content_bytes())->bytes()));
    }
    static std::vector<uint32_t> all_chunks(const RowTable& table) {
        std::vector<uint32_t> out;
        for (uint32_t chunk = 0; chunk * kRowChunk < table.high(); ++chunk) out.push_back(chunk);
        return out;
    }
    static RowTable table_over(std::vector<std::shared_ptr<const RowFile>> files) {
        const auto base = RowFiles::make(std::move(files), kVectors);
        RowTable out(kVectors);
        out.reset(base, base->live());
        return out;
    }

  private:
    std::shared_ptr<storage::Blob> finish(storage::BlobWriter& out) {
        const auto identity = out.finish();
        EXPECT_TRUE(identity.ok());
        return blobs_->open(*identity, storage::BlobKind::rows, storage::Placement::pinned).value();
    }
    std::unique_ptr<storage::BlobStore> blobs_ = storage::make_memory_blob_store();
    uint64_t last_ = 0;
};

TEST_F(RowFileTest, gives_back_the_rows) {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        RowTable table(kVectors);
        const uint32_t range = seed % 2 == 0 ? 100 : 10000;
        change_rows(table, random, range, 2000);
        const auto file = RowFile::open(write(table, all_chunks(table)), kVectors);
        ASSERT_TRUE(file.ok());
        expect_equal(table_over({*file}), table);
        // Leaves too, of which the next edit makes its own.
        RowTable over = table_over({*file});
        change_rows(over, random, range, 200);
        EXPECT_LE(over.overlay().size(), 200u);
    }
}

TEST_F(RowFileTest, an_empty_table_is_a_file) {
    const RowTable table(kVectors);
    const auto file = RowFile::open(write(table, {}), kVectors);
    ASSERT_TRUE(file.ok());
    expect_equal(table_over({*file}), table);
}

TEST_F(RowFileTest, the_newest_file_that_has_a_chunk_wins) {
    for (uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        RowTable table(kVectors);
        change_rows(table, random, 20000, 3000);
        std::vector<std::shared_ptr<const RowFile>> files;
        files.push_back(RowFile::open(write(table, all_chunks(table)), kVectors).value());
        for (int round = 0; round < 4; ++round) {
            RowTable next = table_over(files);
            change_rows(next, random, 25000, 3);
            std::vector<uint32_t> changed;
            next.overlay().for_each([&](uint32_t leaf, const std::shared_ptr<const RowLeaf>&) {
                const uint32_t chunk = leaf / (kRowChunk / RowLeaf::kRows);
                if (changed.empty() || changed.back() != chunk) changed.push_back(chunk);
            });
            files.push_back(RowFile::open(write(next, changed), kVectors).value());
            ASSERT_EQ(files.back()->chunks().size(), changed.size());
            expect_equal(table_over(files), next);
        }
    }
}

TEST_F(RowFileTest, equal_tables_have_equal_bytes) {
    std::string first;
    for (int round = 0; round < 2; ++round) {
        std::mt19937_64 random(3);
        RowTable table(kVectors);
        change_rows(table, random, 500, 500);
        const std::string bytes = content_of(*write(table, all_chunks(table)));
        if (round == 0) first = bytes;
        EXPECT_EQ(bytes, first);
    }
}

TEST_F(RowFileTest, refuses_another_number_of_vectors) {
    RowTable table(kVectors);
    table.insert(0, base::PointId::number(1), base::next_edit());
    const auto blob = write(table, {0});
    EXPECT_EQ(RowFile::open(blob, kVectors + 1).status().code(), Code::corrupt);
    EXPECT_EQ(RowFile::open(blob, 0).status().code(), Code::corrupt);
}

// Three rows: a number, a string, a UUID.
RowTable small_table() {
    RowTable table(kVectors);
    const uint64_t edit = base::next_edit();
    table.insert(0, base::PointId::number(7), edit);
    table.insert(1, base::PointId::from_text("ash tree").value(), edit);
    table.insert(2, base::PointId::uuid({1, 2, 3}), edit);
    return table;
}

// Where things lie in the file of small_table().
constexpr size_t kDirectory = 32, kRecords = 56, kRecord = 56, kStrings = kRecords + 3 * kRecord;

TEST_F(RowFileTest, refuses_files_that_were_cut) {
    const std::string content = content_of(*write(small_table(), {0}));
    for (size_t size = 0; size < kStrings + 8; ++size) {
        EXPECT_EQ(RowFile::open(write_raw(content.substr(0, size)), kVectors).status().code(),
                  Code::corrupt)
            << size;
    }
}

TEST_F(RowFileTest, refuses_ids_that_are_none) {
    const std::string content = content_of(*write(small_table(), {0}));
    ASSERT_EQ(content.substr(kStrings, 8), "ash tree");
    const auto code_of = [&](const auto& change) {
        std::string damaged = content;
        change(damaged);
        return RowFile::open(write_raw(damaged), kVectors).status().code();
    };
    EXPECT_EQ(code_of([](std::string&) {}), Code::ok);
    EXPECT_EQ(code_of([](std::string& s) { s[kRecords] = 4; }), Code::corrupt);
    EXPECT_EQ(code_of([](std::string& s) { s[kStrings] = '\xff'; }), Code::corrupt);
    EXPECT_EQ(code_of([](std::string& s) { s[kRecords + kRecord + 1] = 0; }), Code::corrupt);
    EXPECT_EQ(code_of([](std::string& s) { s[kRecords + kRecord + 1] = 9; }), Code::corrupt);
    EXPECT_EQ(code_of([](std::string& s) { s[kRecords + kRecord + 4] = 1; }), Code::corrupt);
    EXPECT_EQ(code_of([](std::string& s) { s[kRecords + kRecord + 7] = '\xff'; }), Code::corrupt);
}

// Whatever one byte says: the file is refused, or all that it says can be asked.
TEST_F(RowFileTest, stands_hostile_bytes) {
    const std::string content = content_of(*write(small_table(), {0}));
    size_t refused = 0;
    for (size_t at = 0; at < content.size(); ++at) {
        for (const int change : {1, 2, 4, 0x80, 0xff}) {
            std::string damaged = content;
            damaged[at] = static_cast<char>(damaged[at] ^ change);
            const auto file = RowFile::open(write_raw(damaged), kVectors);
            if (!file.ok()) {
                ASSERT_EQ(file.status().code(), Code::corrupt) << at;
                ++refused;
                continue;
            }
            const RowTable table = table_over({*file});
            for (uint32_t row = 0; row < 4; ++row) {
                if (!table.alive(row)) continue;
                std::string key;
                table.id(row).append_key(key);
                ASSERT_TRUE(base::PointId::from_key(key).ok()) << at;
            }
            ASSERT_GE(table.leaf(0).places.size(), 64u);
        }
    }
    EXPECT_GT(refused, 200u);
}

TEST_F(RowFileTest, refuses_chunks_that_lie) {
    const std::string content = content_of(*write(small_table(), {0}));
    const auto code_of = [&](size_t field, auto value) {
        std::string damaged = content;
        base::store_le(damaged.data() + field, value);
        return RowFile::open(write_raw(damaged), kVectors).status().code();
    };
    EXPECT_EQ(code_of(20, uint32_t{2}), Code::corrupt);  // chunks
    EXPECT_EQ(code_of(20, UINT32_MAX), Code::corrupt);
    EXPECT_EQ(code_of(16, uint32_t{4}), Code::corrupt);          // live
    EXPECT_EQ(code_of(kDirectory, uint32_t{1}), Code::corrupt);  // number
    EXPECT_EQ(code_of(kDirectory, UINT32_MAX), Code::corrupt);
    EXPECT_EQ(code_of(kDirectory + 4, uint32_t{4}), Code::corrupt);  // rows
    EXPECT_EQ(code_of(kDirectory + 4, kRowChunk + 1), Code::corrupt);
    EXPECT_EQ(code_of(kDirectory + 8, uint64_t{57 * 3 + 100}), Code::corrupt);  // offset
    EXPECT_EQ(code_of(kDirectory + 8, UINT64_MAX), Code::corrupt);
    EXPECT_EQ(code_of(kDirectory + 8, UINT64_MAX - 100), Code::corrupt);
    EXPECT_EQ(code_of(kDirectory + 16, UINT32_MAX), Code::corrupt);  // strings
}

}  // namespace
}  // namespace grape::engine
