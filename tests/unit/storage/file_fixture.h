// What the tests of the storage folder share: a directory of their own, files as bytes, faults by
// count, and bytes by seed. Threads: FailNth may be asked by many; the rest belongs to one test.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "storage/file.h"

namespace grape::storage::test {

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = testing::TempDir() + "grape_storage_XXXXXX";
        path_ = ::mkdtemp(name.data()) == nullptr ? "" : name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    const std::string& path() const { return path_; }
    size_t file_count() const {
        size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) {
            count += entry.is_regular_file() ? 1u : 0u;
        }
        return count;
    }

  private:
    std::string path_;
};

inline std::vector<uint8_t> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::vector<uint8_t>(std::istreambuf_iterator<char>(in), {});
}
inline void write_file(const std::string& path, const std::vector<uint8_t>& bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
}
// Changes one byte in place.
inline void flip_byte(const std::string& path, size_t offset, uint8_t with) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(offset));
    const char changed = static_cast<char>(file.get() ^ with);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(changed);
}

inline std::vector<uint8_t> random_bytes(size_t size, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<uint8_t> bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    return bytes;
}

// Fails the n-th operation (from 1), once or from then on; a failing write writes half.
class FailNth final : public FileFaults {
  public:
    explicit FailNth(int n, bool for_ever = false) : left_(n), for_ever_(for_ever) {}
    int before(FileOperation operation, const std::string&, size_t* bytes) override {
        const int left = left_.fetch_sub(1);
        if (left > 1 || (left < 1 && !for_ever_)) return 0;
        failed_ = true;
        if (operation == FileOperation::write) *bytes /= 2;
        return EIO;
    }
    bool failed() const { return failed_; }

  private:
    std::atomic<int> left_;
    const bool for_ever_;
    std::atomic<bool> failed_{false};
};

// Makes every write short, by a size that moves.
class ShortWrites final : public FileFaults {
  public:
    int before(FileOperation operation, const std::string&, size_t* bytes) override {
        if (operation == FileOperation::write && *bytes > 1) *bytes = 1 + (*bytes * 5 / 7) % *bytes;
        return 0;
    }
};

}  // namespace grape::storage::test
