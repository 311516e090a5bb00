// TemporaryDirectory: a directory of a test's own, removed with all that is in it.
// Threads: belongs to one.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace grape::test {

class TemporaryDirectory {
  public:
    // `fast`: in memory where the system has such a place. That is as good as a disk for what a
    // killed process leaves behind, and spares the waiting for syncs.
    explicit TemporaryDirectory(bool fast = false) {
        const std::filesystem::path memory = "/dev/shm";
        const bool in_memory = fast && ::access(memory.c_str(), W_OK) == 0;
        const auto base = in_memory ? memory : std::filesystem::temp_directory_path();
        path_ = (base / "grape_test_XXXXXX").string();
        if (::mkdtemp(path_.data()) == nullptr) path_.clear();
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        if (!kept_) std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::string& path() const { return path_; }
    // Leaves it where it is, to be looked at.
    void keep() { kept_ = true; }

  private:
    std::string path_;
    bool kept_ = false;
};

}  // namespace grape::test
