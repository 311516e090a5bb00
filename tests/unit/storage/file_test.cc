#include "storage/file.h"

#include <gtest/gtest.h>

#include "core/base/checksum.h"
#include "storage/checksum_stream.h"
#include "storage/memory_block.h"
#include "tests/unit/storage/file_fixture.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::Code;

TEST(File, writes_more_pieces_than_one_call_takes) {
    test::TemporaryDirectory directory;
    test::ShortWrites faults;
    const auto bytes = test::random_bytes(50'000, 1);
    std::vector<Bytes> pieces;
    for (size_t at = 0, size = 0; at < bytes.size(); at += size, size = (size + 7) % 31) {
        pieces.push_back(Bytes(bytes).subspan(at, std::min(size, bytes.size() - at)));
    }
    ASSERT_GT(pieces.size(), 2000u);
    for (FileFaults* with :
         {static_cast<FileFaults*>(nullptr), static_cast<FileFaults*>(&faults)}) {
        const std::string path = directory.path() + (with == nullptr ? "/a" : "/b");
        auto file = File::open(path, File::Mode::create, with);
        ASSERT_TRUE(file.ok());
        ASSERT_TRUE(file->write_at(100, pieces).ok());
        std::vector<uint8_t> read(bytes.size());
        ASSERT_TRUE(file->read_at(100, read).ok());
        EXPECT_TRUE(read == bytes);
    }
}

TEST(File, names_the_path_and_the_reason) {
    const auto missing = File::open("/nonexistent/file", File::Mode::read, nullptr).status();
    EXPECT_EQ(missing.code(), Code::not_found);
    EXPECT_EQ(missing.message(), "open: /nonexistent/file: No such file or directory");
    EXPECT_EQ(errno_status(ENOSPC, "write", "x").to_string(),
              "GRAPE_E_IO: write: x: No space left on device");
}

TEST(File, says_where_it_ends_when_more_is_read) {
    test::TemporaryDirectory directory;
    auto file = File::open(directory.path() + "/a", File::Mode::create, nullptr);
    ASSERT_TRUE(file->write_at(0, base::as_bytes("12345")).ok());
    std::vector<uint8_t> out(10);
    EXPECT_EQ(file->read_at(0, out).code(), Code::corrupt);
    EXPECT_EQ(*file->size(), 5u);
}

TEST(File, does_not_create_over_another_file_or_a_link) {
    test::TemporaryDirectory directory;
    test::write_file(directory.path() + "/a", {1});
    std::filesystem::create_symlink("nowhere", directory.path() + "/b");
    EXPECT_FALSE(File::open(directory.path() + "/a", File::Mode::create, nullptr).ok());
    EXPECT_FALSE(File::open(directory.path() + "/b", File::Mode::create, nullptr).ok());
}

TEST(File, reads_no_directory_as_a_file) {
    test::TemporaryDirectory directory;
    const auto file = File::open(directory.path(), File::Mode::read, nullptr);
    EXPECT_TRUE(!file.ok() || !file->size().ok());
}

TEST(NumberedName, round_trips_and_refuses_other_spellings) {
    for (const uint64_t number :
         {uint64_t{1}, uint64_t{999'999}, uint64_t{1'000'000}, UINT64_MAX}) {
        EXPECT_EQ(number_of_name(numbered_name(number, ".vec"), ".vec"), number);
    }
    EXPECT_EQ(numbered_name(17, ".vlog"), "000017.vlog");
    for (const char* name : {".vec", "17.vec", "0000017.vec", "+00017.vec", " 00017.vec",
                             "000017.vecs", "18446744073709551616.vec", "000017"}) {
        EXPECT_EQ(number_of_name(name, ".vec"), 0u) << name;
    }
}

TEST(ChecksumStream, gives_the_checksum_of_the_whole) {
    const auto bytes = test::random_bytes(20'000, 2);
    std::mt19937_64 random(3);
    for (const uint64_t seed : {uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
        for (const size_t size : {size_t{0}, size_t{1}, size_t{240}, size_t{241}, size_t{20'000}}) {
            ChecksumStream stream(seed);
            for (size_t at = 0; at < size;) {
                const size_t part = std::min<size_t>(size - at, random() % 1500);
                stream.add(Bytes(bytes).subspan(at, part));
                at += part;
            }
            EXPECT_EQ(stream.value(), base::checksum(Bytes(bytes).first(size), seed)) << size;
        }
    }
}

TEST(MemoryBlock, keeps_its_bytes_when_it_grows_and_aligns_large_ones) {
    MemoryBlock block;
    ASSERT_TRUE(block.allocate(100).ok());
    block.data()[99] = 7;
    ASSERT_TRUE(block.grow(9 << 20).ok());
    EXPECT_EQ(block.data()[99], 7);
    EXPECT_EQ(block.data()[(9 << 20) - 1], 0);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block.data()) % (2 << 20), 0u);
    EXPECT_EQ(block.allocate(SIZE_MAX).code(), Code::nomem);
    EXPECT_EQ(block.size(), 0u);
    EXPECT_EQ(block.allocate(SIZE_MAX / 2).code(), Code::nomem);
    EXPECT_TRUE(block.allocate(0).ok());
}

}  // namespace
}  // namespace grape::storage
