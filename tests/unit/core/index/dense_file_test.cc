#include "core/index/dense_file.h"

#include "core/base/bytes.h"
#include "tests/unit/core/index/index_fixture.h"

namespace grape::index {
namespace {

std::vector<TestEntry> random_entries(std::mt19937_64& random, uint32_t count, uint32_t dim) {
    std::vector<TestEntry> out;
    for (uint32_t i = 0; i < count; ++i) {
        out.push_back({{static_cast<uint32_t>(random()), random()}, small_vector(random, dim)});
    }
    return out;
}

// The bytes of a blob, to be damaged.
std::string content_of(const storage::Blob& blob) {
    const auto view = blob.read(0, blob.content_bytes());
    EXPECT_TRUE(view.ok());
    return std::string(base::as_text(view->bytes()));
}

Code open_code(std::shared_ptr<storage::Blob> blob, SectionPlace place, const SectionShape& shape) {
    return DenseFile::open(std::move(blob), place, shape, 1).status().code();
}

TEST(DenseFile, gives_back_what_was_written) {
    for (const uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u}) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const auto dim = static_cast<uint32_t>(1 + random() % 20);
        const auto count = static_cast<uint32_t>(random() % 300);
        const std::vector<TestEntry> entries = random_entries(random, count, dim);
        std::vector<DenseEntry> absent(random() % 5);
        for (DenseEntry& each : absent) each = {static_cast<uint32_t>(random()), random()};
        TestFiles files;
        const auto file = files.open(files.write(f32_shape(dim), entries, absent, random() % 200),
                                     f32_shape(dim), 17);
        EXPECT_EQ(file->id(), 17u);
        EXPECT_EQ(file->count(), count);
        EXPECT_TRUE(file->in_file());
        std::vector<DenseEntry> columns(count);
        std::vector<uint32_t> rows(count);
        ASSERT_TRUE(file->entries(0, columns).ok());
        ASSERT_TRUE(file->rows(0, rows).ok());
        for (uint32_t i = 0; i < count; ++i) {
            ASSERT_EQ(columns[i].row, entries[i].entry.row);
            ASSERT_EQ(rows[i], entries[i].entry.row);
            ASSERT_EQ(columns[i].commit, entries[i].entry.commit);
            ASSERT_EQ(floats_at(file->block(i, 1)->vectors, dim), entries[i].values);
        }
        const auto found = file->absent();
        ASSERT_TRUE(found.ok());
        ASSERT_EQ(found->size(), absent.size());
        for (size_t i = 0; i < absent.size(); ++i) {
            EXPECT_EQ((*found)[i].row, absent[i].row);
            EXPECT_EQ((*found)[i].commit, absent[i].commit);
        }
    }
}

TEST(DenseFile, a_block_is_as_long_as_asked_up_to_the_end) {
    std::mt19937_64 random(7);
    TestFiles files;
    const auto file =
        files.open(files.write(f32_shape(4), random_entries(random, 100, 4)), f32_shape(4), 1);
    EXPECT_EQ(file->block(0, 30)->count, 30u);
    EXPECT_EQ(file->block(90, 30)->count, 10u);
    EXPECT_EQ(file->block(90, 30)->first, 90u);
}

TEST(DenseFile, a_section_is_aligned_and_found_behind_others) {
    std::mt19937_64 random(8);
    TestFiles files;
    const auto section = files.write(f32_shape(4), random_entries(random, 3, 4), {}, 100);
    EXPECT_EQ(section.place.offset, 128u);
    EXPECT_EQ(section.place.length, section.blob->content_bytes() - 128);
}

TEST(DenseFile, the_same_vectors_give_the_same_bytes) {
    std::string first;
    for (int round = 0; round < 2; ++round) {
        std::mt19937_64 random(9);
        TestFiles files;
        const auto section = files.write(f32_shape(5), random_entries(random, 40, 5), {{3, 4}});
        const std::string content = content_of(*section.blob);
        if (round == 0) first = content;
        EXPECT_EQ(content, first);
    }
}

TEST(DenseFile, refuses_a_section_of_another_shape) {
    std::mt19937_64 random(10);
    TestFiles files;
    const auto section = files.write(f32_shape(4, 2), random_entries(random, 10, 4));
    EXPECT_EQ(open_code(section.blob, section.place, f32_shape(4, 2)), Code::ok);
    EXPECT_EQ(open_code(section.blob, section.place, f32_shape(4, 3)), Code::corrupt);
    EXPECT_EQ(open_code(section.blob, section.place, f32_shape(5, 2)), Code::corrupt);
    const SectionShape halves{2, vector::Datatype::f16, 8, 16};
    EXPECT_EQ(open_code(section.blob, section.place, halves), Code::corrupt);
}

TEST(DenseFile, refuses_a_place_that_does_not_fit) {
    std::mt19937_64 random(11);
    TestFiles files;
    const auto section = files.write(f32_shape(4), random_entries(random, 10, 4), {}, 64);
    const auto [offset, length] = section.place;
    const SectionPlace wrong[] = {{offset, 0},          {offset, 63},         {offset, length - 1},
                                  {offset, length + 1}, {0, length},          {offset + 64, length},
                                  {UINT64_MAX, length}, {offset, UINT64_MAX}, {1ull << 62, length}};
    for (const SectionPlace& place : wrong) {
        EXPECT_NE(open_code(section.blob, place, f32_shape(4)), Code::ok)
            << place.offset << " " << place.length;
    }
}

// A section that claims more than the file has would be found out only when it is searched.
TEST(DenseFile, refuses_a_section_that_leaves_the_file) {
    std::mt19937_64 random(12);
    TestFiles files;
    const auto section = files.write(f32_shape(4), random_entries(random, 10, 4));
    const std::string content = content_of(*section.blob);
    for (size_t size = 0; size < content.size(); ++size) {
        EXPECT_EQ(open_code(files.write_raw(content.substr(0, size)), section.place, f32_shape(4)),
                  Code::corrupt)
            << size;
    }
}

// Any header: it is refused, or every read of it is answered or refused.
TEST(DenseFile, stands_hostile_headers) {
    std::mt19937_64 random(13);
    TestFiles files;
    const auto section = files.write(f32_shape(4), random_entries(random, 10, 4), {{1, 2}});
    const std::string content = content_of(*section.blob);
    for (size_t at = 0; at < 40; ++at) {
        for (const int change : {1, 0x80, 0xff}) {
            std::string damaged = content;
            damaged[at] = static_cast<char>(damaged[at] ^ change);
            const auto file =
                DenseFile::open(files.write_raw(damaged), section.place, f32_shape(4), 1);
            if (at == 32 && file.ok()) {
                // One absence less: the padding hides it, and only the checksum of the page knows.
                EXPECT_TRUE((*file)->absent()->empty());
                continue;
            }
            EXPECT_EQ(file.status().code(), Code::corrupt) << at;
        }
    }
    for (const uint64_t huge : {uint64_t{1} << 31, uint64_t{1} << 33, UINT64_MAX, UINT64_MAX / 4}) {
        for (const size_t field : {24u, 32u}) {
            std::string damaged = content;
            base::store_le(damaged.data() + field, huge);
            EXPECT_EQ(open_code(files.write_raw(damaged), section.place, f32_shape(4)),
                      Code::corrupt);
        }
    }
}

}  // namespace
}  // namespace grape::index
