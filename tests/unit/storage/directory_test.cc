#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/storage/store_fixture.h"

namespace grape::storage {
namespace {

TEST(PrepareDirectory, makes_a_database_once) {
    TemporaryDirectory directory;
    const std::string path = directory.file("db");
    EXPECT_EQ(prepare_directory(path, false).status().code(), Code::not_found);
    EXPECT_FALSE(std::filesystem::exists(path));
    const Result<uint64_t> made = prepare_directory(path, true);
    ASSERT_TRUE(made.ok()) << made.status().to_string();
    EXPECT_NE(made.value(), 0u);
    for (const bool create : {true, false}) {
        EXPECT_EQ(prepare_directory(path, create).value(), made.value());
    }
    EXPECT_EQ(std::filesystem::file_size(path + "/GRAPE"), 64u);
    EXPECT_TRUE(std::filesystem::is_directory(path + "/store"));
    EXPECT_TRUE(std::filesystem::is_directory(path + "/files"));
    EXPECT_TRUE(files_with(path, "tmp").empty());
}

TEST(PrepareDirectory, gives_each_database_its_own_id) {
    TemporaryDirectory directory;
    const Result<uint64_t> a = prepare_directory(directory.file("a"), true);
    const Result<uint64_t> b = prepare_directory(directory.file("b"), true);
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_NE(a.value(), b.value());
}

TEST(PrepareDirectory, refuses_a_directory_with_other_things) {
    TemporaryDirectory directory;
    const std::string path = directory.file("db");
    std::filesystem::create_directory(path);
    write_bytes(path + "/letter.txt", "dear reader");
    const Status refused = prepare_directory(path, true).status();
    EXPECT_EQ(refused.code(), Code::invalid);
    EXPECT_NE(refused.message().find("letter.txt"), std::string::npos);
    EXPECT_EQ(files_with(path, "").size(), 1u);
    EXPECT_EQ(prepare_directory(path, false).status().code(), Code::not_found);
    EXPECT_EQ(prepare_directory(path + "/letter.txt", true).status().code(), Code::invalid);
    EXPECT_EQ(prepare_directory(directory.file("no/where"), true).status().code(), Code::not_found);
}

TEST(PrepareDirectory, refuses_a_database_that_lost_its_identity) {
    TemporaryDirectory directory;
    const std::string path = directory.file("db");
    ASSERT_TRUE(prepare_directory(path, true).ok());
    write_bytes(path + "/store/CURRENT", "something");
    std::filesystem::remove(path + "/GRAPE");
    EXPECT_EQ(prepare_directory(path, true).status().code(), Code::invalid);
}

TEST(PrepareDirectory, goes_on_where_a_crash_stopped_it) {
    TemporaryDirectory directory;
    const std::string path = directory.file("db");
    std::filesystem::create_directories(path + "/store");
    std::filesystem::create_directories(path + "/files");
    write_bytes(path + "/LOCK", "");
    write_bytes(path + "/GRAPE.tmp.17", "half");
    ASSERT_TRUE(prepare_directory(path, true).ok());
    EXPECT_FALSE(std::filesystem::exists(path + "/GRAPE.tmp.17"));
}

TEST(PrepareDirectory, finds_every_flip_and_every_cut) {
    TemporaryDirectory directory;
    const std::string path = directory.file("db");
    ASSERT_TRUE(prepare_directory(path, true).ok());
    const std::string file = path + "/GRAPE";
    const std::string bytes = read_bytes(file);
    for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        flip_bit(file, bit / 8, bit % 8);
        ASSERT_EQ(prepare_directory(path, true).status().code(), Code::corrupt) << bit;
        write_bytes(file, bytes);
    }
    for (size_t size = 0; size <= bytes.size() + 1; ++size) {
        if (size == bytes.size()) continue;
        write_bytes(file, (bytes + "x").substr(0, size));
        ASSERT_EQ(prepare_directory(path, true).status().code(), Code::corrupt) << size;
    }
}

TEST(PrepareDirectory, racing_makers_agree_on_one_id) {
    for (int round = 0; round < 20; ++round) {
        TemporaryDirectory directory;
        const std::string path = directory.file("db");
        std::vector<pid_t> children;
        for (int i = 0; i < 4; ++i) {
            const pid_t child = fork();
            if (child == 0) {
                const Result<uint64_t> id = prepare_directory(path, true);
                if (!id.ok()) _exit(1);
                write_bytes(directory.file(cat("id", i)), cat(id.value()));
                _exit(0);
            }
            children.push_back(child);
        }
        for (const pid_t child : children) {
            int status = 0;
            waitpid(child, &status, 0);
            EXPECT_EQ(status, 0);
        }
        const std::string id = cat(prepare_directory(path, false).value());
        for (int i = 0; i < 4; ++i) EXPECT_EQ(read_bytes(directory.file(cat("id", i))), id);
    }
}

}  // namespace
}  // namespace grape::storage
