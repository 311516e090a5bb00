// What the store tests share: a temporary directory, copies of a directory as a crash would leave
// it, a workload whose state after each batch is known, and faults. Threads: one, but NthFault:
// any.
#pragma once

#include <errno.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>

#include "core/base/cat.h"
#include "storage/disk.h"
#include "storage/leveldb_store.h"

namespace grape::storage {

using base::cat;
using base::Code;
using base::Result;
using base::Status;

inline constexpr uint64_t test_database_id = 0x1234567890abcdefull;

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "grape_XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string path() const { return path_.string(); }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

inline StoreOptions options_for(const std::string& directory) {
    StoreOptions options;
    options.directory = directory;
    options.database_id = test_database_id;
    options.write_buffer_bytes = 4u << 20;  // larger than what most tests write: no switch of logs
    options.block_cache_bytes = 1u << 20;
    return options;
}

inline Result<OpenedStore> open_at(const std::string& directory, FileFaults* faults = nullptr) {
    return open_leveldb_store(options_for(directory), faults);
}

// A copy of `from`, as it would be found after a crash at this moment. A store that is open may
// remove a file that is about to be copied: then it is copied again.
inline void copy_directory(const std::string& from, const std::string& to) {
    constexpr int kTriesMax = 100;
    std::error_code error;
    for (int i = 0; i < kTriesMax; ++i) {
        std::filesystem::remove_all(to);
        std::filesystem::copy(from, to, std::filesystem::copy_options::recursive, error);
        if (!error) return;
    }
    throw std::filesystem::filesystem_error("copy_directory", from, to, error);
}

inline std::string read_bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_bytes(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}
inline void flip_bit(const std::string& path, size_t offset, unsigned bit) {
    std::string bytes = read_bytes(path);
    bytes.at(offset) = static_cast<char>(bytes.at(offset) ^ (1 << bit));
    write_bytes(path, bytes);
}

// The paths of a directory's files whose name has `part` in it, in order.
inline std::vector<std::string> files_with(const std::string& directory, const std::string& part) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().filename().string().find(part) != std::string::npos) {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

// Batch number i (from 1) puts `last` = i and keys_per_batch keys of its own.
struct Workload {
    int keys_per_batch = 3;
    size_t value_bytes = 40;

    std::string key(int batch, int index) const { return cat("key-", batch, "-", index); }
    std::string value(int batch, int index) const {
        std::string value = cat("value-", batch, "-", index, "-");
        std::minstd_rand random(static_cast<unsigned>(batch * 1000 + index + 1));
        while (value.size() < value_bytes) value.push_back(static_cast<char>(random() & 0xff));
        return value;
    }
    WriteBatch batch(int number) const {
        WriteBatch batch;
        batch.put("last", cat(number));
        for (int i = 0; i < keys_per_batch; ++i) batch.put(key(number, i), value(number, i));
        return batch;
    }
    // The number of the last batch when the store holds exactly the batches up to it; the failure
    // of a read; Code::internal when something is missing, wrong or too much.
    Result<int> check(const Store& store) const {
        GRAPE_ASSIGN(const std::optional<std::string> last, store.get("last"));
        const int count = last ? std::stoi(*last) : 0;
        std::map<std::string, std::string> expected;
        if (last) expected["last"] = *last;
        for (int number = 1; number <= count; ++number) {
            for (int i = 0; i < keys_per_batch; ++i) expected[key(number, i)] = value(number, i);
        }
        std::map<std::string, std::string> found;
        GRAPE_TRY(scan(store, "", [&](std::string_view k, std::string_view v) {
            found.emplace(k, v);
            return Status();
        }));
        if (found != expected) {
            return Status::make_internal("the store holds ", found.size(), " keys, not the ",
                                         expected.size(), " of ", count, " batches");
        }
        for (const auto& [k, v] : expected) {
            GRAPE_ASSIGN(const std::optional<std::string> value, store.get(k));
            if (value != v) return Status::make_internal("get of ", k, " differs from the scan");
        }
        return count;
    }
};

// Fails the n-th operation that changes something (counted from 1), and all later ones when
// `forever`. A failing write leaves half of its bytes in the file.
class NthFault final : public FileFaults {
  public:
    explicit NthFault(uint64_t n, bool forever = false) : n_(n), forever_(forever) {}
    int before(FileOperation operation, const std::string&, size_t* bytes) override {
        const bool reads = operation == FileOperation::open || operation == FileOperation::read ||
                           operation == FileOperation::list || operation == FileOperation::map;
        if (reads) return 0;
        const uint64_t number = ++count_;
        if (forever_ ? number < n_ : number != n_) return 0;
        if (operation == FileOperation::write) *bytes /= 2;
        hit_ = true;
        return ENOSPC;
    }
    bool hit() const { return hit_; }

  private:
    const uint64_t n_;
    const bool forever_;
    std::atomic<uint64_t> count_{0};
    std::atomic<bool> hit_{false};
};

}  // namespace grape::storage
