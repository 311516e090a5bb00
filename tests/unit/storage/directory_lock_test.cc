#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/unit/storage/store_fixture.h"

namespace grape::storage {
namespace {

// The code that another process gets when it tries to lock the directory.
Code from_another_process(const std::string& path) {
    const pid_t child = fork();
    if (child == 0) {
        const auto lock = lock_directory(path);
        _exit(lock.ok() ? 0 : -static_cast<int>(lock.status().code()));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? static_cast<Code>(-WEXITSTATUS(status)) : Code::internal;
}

// A child process that runs `body`, says that it is ready, and waits to be killed.
class Child {
  public:
    explicit Child(const std::function<void()>& body) {
        int ends[2];
        EXPECT_EQ(pipe(ends), 0);
        pid_ = fork();
        if (pid_ == 0) {
            body();
            static_cast<void>(!write(ends[1], "r", 1));
            while (true) pause();
        }
        char byte = 0;
        EXPECT_EQ(read(ends[0], &byte, 1), 1);
        close(ends[0]);
        close(ends[1]);
    }
    ~Child() { stop(); }
    void stop() {
        if (pid_ <= 0) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    pid_t pid() const { return pid_; }

  private:
    pid_t pid_ = 0;
};

TEST(DirectoryLock, a_second_holder_is_refused_whatever_path_it_takes) {
    TemporaryDirectory directory;
    const std::string path = directory.file("db");
    std::filesystem::create_directory(path);
    std::filesystem::create_symlink(path, directory.file("link"));
    Result<std::unique_ptr<DirectoryLock>> lock = lock_directory(path);
    ASSERT_TRUE(lock.ok()) << lock.status().to_string();
    for (const std::string& other :
         {path, path + "/.", path + "/", directory.file("link"), directory.file("./link/../db")}) {
        const Status refused = lock_directory(other).status();
        EXPECT_EQ(refused.code(), Code::busy) << other;
        EXPECT_NE(refused.message().find(cat("process ", getpid())), std::string::npos);
        EXPECT_EQ(from_another_process(other), Code::busy) << other;
    }
    std::move(lock).value().reset();
    EXPECT_EQ(from_another_process(path), Code::ok);
    EXPECT_TRUE(lock_directory(directory.file("link")).ok());
}

TEST(DirectoryLock, a_refused_opener_changes_nothing) {
    TemporaryDirectory directory;
    const auto lock = lock_directory(directory.path());
    ASSERT_TRUE(lock.ok());
    const std::string before = read_bytes(directory.file("LOCK"));
    EXPECT_EQ(from_another_process(directory.path()), Code::busy);
    EXPECT_FALSE(lock_directory(directory.path()).ok());
    EXPECT_EQ(read_bytes(directory.file("LOCK")), before);
    EXPECT_EQ(files_with(directory.path(), "").size(), 1u);
}

TEST(DirectoryLock, a_missing_directory_is_not_found) {
    TemporaryDirectory directory;
    EXPECT_EQ(lock_directory(directory.file("none")).status().code(), Code::not_found);
    write_bytes(directory.file("file"), "x");
    EXPECT_EQ(lock_directory(directory.file("file")).status().code(), Code::invalid);
}

TEST(DirectoryLock, says_which_process_holds_it_and_is_freed_by_its_death) {
    TemporaryDirectory directory;
    std::unique_ptr<DirectoryLock> held;
    Child child([&] { held = std::move(lock_directory(directory.path())).value(); });
    const Status refused = lock_directory(directory.path()).status();
    EXPECT_EQ(refused.code(), Code::busy);
    EXPECT_NE(refused.message().find(cat("process ", child.pid())), std::string::npos);
    child.stop();
    EXPECT_TRUE(lock_directory(directory.path()).ok());
}

TEST(DirectoryLock, a_child_of_a_dead_holder_does_not_keep_it) {
    TemporaryDirectory directory;
    std::unique_ptr<DirectoryLock> held;
    Child holder([&] {
        held = std::move(lock_directory(directory.path())).value();
        const pid_t grandchild = fork();
        if (grandchild == 0) {
            while (true) pause();
        }
        write_bytes(directory.file("grandchild"), cat(grandchild));
    });
    const pid_t grandchild = std::stoi(read_bytes(directory.file("grandchild")));
    EXPECT_EQ(lock_directory(directory.path()).status().code(), Code::busy);
    holder.stop();
    EXPECT_EQ(kill(grandchild, 0), 0);
    EXPECT_TRUE(lock_directory(directory.path()).ok());
    kill(grandchild, SIGKILL);
}

TEST(DirectoryLock, a_child_neither_has_it_nor_gives_it_up) {
    TemporaryDirectory directory;
    Result<std::unique_ptr<DirectoryLock>> lock = lock_directory(directory.path());
    ASSERT_TRUE(lock.ok());
    const pid_t child = fork();
    if (child == 0) {
        std::move(lock).value().reset();  // its copy
        _exit(lock_directory(directory.path()).status().code() == Code::busy ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(from_another_process(directory.path()), Code::busy);
}

TEST(DirectoryLock, is_given_up_while_a_child_with_a_copy_lives) {
    TemporaryDirectory directory;
    Result<std::unique_ptr<DirectoryLock>> lock = lock_directory(directory.path());
    ASSERT_TRUE(lock.ok());
    Child child([] {});
    std::move(lock).value().reset();
    EXPECT_EQ(from_another_process(directory.path()), Code::ok);
    EXPECT_TRUE(lock_directory(directory.path()).ok());
}

TEST(DirectoryLock, survives_a_tool_that_reads_the_file_in_this_process) {
    TemporaryDirectory directory;
    const auto lock = lock_directory(directory.path());
    ASSERT_TRUE(lock.ok());
    const int descriptor = open(directory.file("LOCK").c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(descriptor, 0);
    close(descriptor);  // the kernel drops the process's lock here
    EXPECT_EQ(from_another_process(directory.path()), Code::busy);
}

TEST(DirectoryLock, can_be_taken_again_and_again) {
    TemporaryDirectory directory;
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(lock_directory(directory.path()).ok());
}

}  // namespace
}  // namespace grape::storage
