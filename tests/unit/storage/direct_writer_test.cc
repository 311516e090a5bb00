#include "storage/direct_writer.h"

#include "tests/unit/storage/file_fixture.h"

namespace grape::storage {
namespace {

using base::Bytes;

constexpr size_t kPage = DirectWriter::kPageBytes;

// Pieces of odd sizes, whole pages together.
std::vector<Bytes> cut(const std::vector<uint8_t>& bytes, uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<Bytes> pieces;
    for (size_t at = 0, size = 0; at < bytes.size(); at += size) {
        size = std::min<size_t>(random() % 300'000, bytes.size() - at);
        pieces.push_back(Bytes(bytes).subspan(at, size));
    }
    return pieces;
}

// Writes twice, one behind the other, and reads it back as others do.
void expect_written(File& file, DirectWriter& writer) {
    const auto first = test::random_bytes(2 * DirectWriter::kBufferBytes + 3 * kPage, 1);
    const auto second = test::random_bytes(kPage, 2);
    ASSERT_TRUE(writer.write(file, kPage, cut(first, 3)).ok());
    ASSERT_TRUE(writer.write(file, kPage + first.size(), cut(second, 4)).ok());
    ASSERT_TRUE(file.sync().ok());
    std::vector<uint8_t> expected(kPage);
    expected.insert(expected.end(), first.begin(), first.end());
    expected.insert(expected.end(), second.begin(), second.end());
    EXPECT_TRUE(test::read_file(file.path()) == expected);
}

TEST(DirectWriter, writes_pieces_that_lie_anywhere) {
    test::TemporaryDirectory directory;
    auto file = File::open(directory.path() + "/a", File::Mode::create, nullptr);
    ASSERT_TRUE(file.ok());
    file->bypass_cache();  // where the directory's file system does so
    DirectWriter writer;
    expect_written(*file, writer);
}

TEST(DirectWriter, goes_on_by_the_cache_after_half_a_page) {
    test::TemporaryDirectory directory;
    test::ShortWrites faults;
    auto file = File::open(directory.path() + "/a", File::Mode::create, &faults);
    ASSERT_TRUE(file.ok());
    file->bypass_cache();
    DirectWriter writer;
    expect_written(*file, writer);
    EXPECT_FALSE(file->bypasses_cache());
}

TEST(DirectWriter, writes_by_the_cache_when_it_was_not_asked_to_bypass) {
    test::TemporaryDirectory directory;
    auto file = File::open(directory.path() + "/a", File::Mode::create, nullptr);
    ASSERT_TRUE(file.ok());
    DirectWriter writer;
    expect_written(*file, writer);
}

}  // namespace
}  // namespace grape::storage
