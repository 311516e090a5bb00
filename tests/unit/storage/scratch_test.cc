#include "storage/scratch.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace grape::storage {
namespace {

TEST(Scratch, holds_zeros_at_first_and_what_is_written) {
    test::TemporaryDirectory directory;
    constexpr size_t kBytes = 3u << 20;
    auto scratch = ScratchMemory::create(directory.path(), kBytes);
    ASSERT_TRUE(scratch.ok()) << scratch.status().to_string();
    ASSERT_EQ((*scratch)->size(), kBytes);
    uint8_t* const data = (*scratch)->data();
    for (size_t i = 0; i < kBytes; i += 997) ASSERT_EQ(data[i], 0);
    for (size_t i = 0; i < kBytes; i += 997) data[i] = static_cast<uint8_t>(i);
    for (size_t i = 0; i < kBytes; i += 997) ASSERT_EQ(data[i], static_cast<uint8_t>(i));
}

TEST(Scratch, leaves_nothing_in_its_directory) {
    test::TemporaryDirectory directory;
    const auto scratch = ScratchMemory::create(directory.path(), 4096);
    ASSERT_TRUE(scratch.ok());
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Scratch, names_the_directory_that_it_cannot_use) {
    const auto scratch = ScratchMemory::create("/nonexistent", 4096);
    ASSERT_EQ(scratch.status().code(), base::Code::io);
    EXPECT_NE(scratch.status().message().find("/nonexistent"), std::string::npos);
}

TEST(Scratch, fails_at_once_where_the_space_is_not_there) {
    test::TemporaryDirectory directory;
    const auto scratch = ScratchMemory::create(directory.path(), size_t{1} << 60);
    EXPECT_EQ(scratch.status().code(), base::Code::io);
}

}  // namespace
}  // namespace grape::storage
